import type { Miner } from '../../fleet/miner';
import type { HashboardSwitches, HashboardsControl, SaveOptions } from '../../fleet/minerControl';
import { InvalidRequestError } from '../../fleet/minerSource';
import { list } from '../mapping/values';
import type { WireSetHashboardsResponse } from '../proto/wire/miner';
import type { Writer } from './writer';

export class BraiinsHashboards implements HashboardsControl {
  constructor(private readonly writer: Writer) {}

  async enable(miner: Miner, hashboardIds: readonly string[], options?: SaveOptions): Promise<HashboardSwitches> {
    const request = toRequest(hashboardIds);
    return toSwitches(await this.writer.save(miner, (services) => services.miner.EnableHashboards, request, options));
  }

  async disable(miner: Miner, hashboardIds: readonly string[], options?: SaveOptions): Promise<HashboardSwitches> {
    const request = toRequest(hashboardIds);
    return toSwitches(await this.writer.save(miner, (services) => services.miner.DisableHashboards, request, options));
  }
}

function toRequest(hashboardIds: readonly string[]): { hashboard_ids: string[] } {
  if (hashboardIds.length === 0) {
    throw new InvalidRequestError('No hashboard is named: which ones are meant?');
  }
  return { hashboard_ids: [...hashboardIds] };
}

/** proto3 does not send `false`. */
function toSwitches(wire: WireSetHashboardsResponse): HashboardSwitches {
  return new Map(list(wire.hashboards, ({ id, is_enabled }) => [id ?? '', is_enabled === true]));
}
