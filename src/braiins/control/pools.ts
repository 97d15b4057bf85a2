import type { Miner } from '../../fleet/miner';
import type { PoolsControl, SaveOptions } from '../../fleet/minerControl';
import type { PoolGroupConfig, PoolGroupDraft } from '../../fleet/minerPools';
import { InvalidRequestError } from '../../fleet/minerSource';
import { passwordIn, toPoolGroupConfig, wirePoolGroup } from '../mapping/pools';
import { checkedText } from '../mapping/requests';
import { list } from '../mapping/values';
import type { Writer } from './writer';

export class BraiinsPools implements PoolsControl {
  constructor(private readonly writer: Writer) {}

  async createGroup(miner: Miner, group: PoolGroupDraft, options?: SaveOptions): Promise<PoolGroupConfig> {
    const request = { group: wirePoolGroup(group) };
    const answer = await this.writer.saveOnce(
      miner,
      ({ pool }) => pool.CreatePoolGroup,
      request,
      options,
      passwords([group]),
    );
    return toPoolGroupConfig(answer.group ?? {});
  }

  async updateGroup(miner: Miner, group: PoolGroupDraft, options?: SaveOptions): Promise<PoolGroupConfig> {
    if (group.uid === undefined) {
      throw new InvalidRequestError(`The pool group "${group.name}" has no uid: which one is to be changed?`);
    }
    const request = { group: wirePoolGroup(group) };
    const answer = await this.writer.save(
      miner,
      ({ pool }) => pool.UpdatePoolGroup,
      request,
      options,
      passwords([group]),
    );
    return toPoolGroupConfig(answer.group ?? {});
  }

  async removeGroup(miner: Miner, uid: string, options?: SaveOptions): Promise<void> {
    const request = { uid: checkedText('The uid of a pool group', uid) };
    await this.writer.saveOnce(miner, ({ pool }) => pool.RemovePoolGroup, request, options);
  }

  async setGroups(
    miner: Miner,
    groups: readonly PoolGroupDraft[],
    options?: SaveOptions,
  ): Promise<readonly PoolGroupConfig[]> {
    const request = { pool_groups: groups.map(wirePoolGroup) };
    const answer = await this.writer.save(miner, ({ pool }) => pool.SetPoolGroups, request, options, passwords(groups));
    return list(answer.pool_groups, toPoolGroupConfig);
  }
}

/** Also those that stand in a URL. */
function passwords(groups: readonly PoolGroupDraft[]): readonly string[] {
  return groups
    .flatMap(({ pools }) => pools)
    .flatMap(({ url, password }) => [password, passwordIn(url)])
    .filter((secret) => secret !== undefined);
}
