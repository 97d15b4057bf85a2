import type { Miner } from '../../fleet/miner';
import type { CoolingControl, SaveOptions } from '../../fleet/minerControl';
import type { CoolingMode } from '../../fleet/minerCooling';
import { toCoolingMode, wireCoolingMode } from '../mapping/cooling';
import type { Writer } from './writer';

export class BraiinsCooling implements CoolingControl {
  constructor(private readonly writer: Writer) {}

  async setMode(miner: Miner, mode: CoolingMode, options?: SaveOptions): Promise<CoolingMode | undefined> {
    const request = wireCoolingMode(mode);
    return toCoolingMode(await this.writer.save(miner, ({ cooling }) => cooling.SetCoolingMode, request, options));
  }

  async setImmersion(miner: Miner, on: boolean, options?: SaveOptions): Promise<boolean> {
    const request = { enable_immersion_mode: on };
    const answer = await this.writer.save(miner, ({ cooling }) => cooling.SetImmersionMode, request, options);
    return answer.immersion_mode === true;
  }
}
