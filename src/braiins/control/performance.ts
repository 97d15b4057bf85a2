import type { Miner } from '../../fleet/miner';
import type { CallOptions, PerformanceControl, SaveOptions } from '../../fleet/minerControl';
import type {
  DpsChange,
  DpsConfig,
  PerformanceMode,
  QuickRamping,
  TargetReference,
} from '../../fleet/minerPerformance';
import { toChangedDps, wireDps } from '../mapping/dps';
import {
  TARGET_REFERENCES,
  toPerformanceMode,
  toQuickRamping,
  wirePerformanceMode,
  wireQuickRamping,
} from '../mapping/performance';
import { checkedNumber, wireTerahash, wireWatts } from '../mapping/requests';
import { targetTerahash, watts } from '../mapping/values';
import type { Writer } from './writer';

export class BraiinsPerformance implements PerformanceControl {
  constructor(private readonly writer: Writer) {}

  async setPowerTarget(miner: Miner, powerW: number, options?: SaveOptions): Promise<number | undefined> {
    const request = { power_target: wireWatts('The power target', powerW) };
    const answer = await this.writer.save(miner, ({ performance }) => performance.SetPowerTarget, request, options);
    return watts(answer.power_target);
  }

  async changePowerTarget(miner: Miner, byPowerW: number, options?: SaveOptions): Promise<number | undefined> {
    const by = wireWatts('The change of the power target', Math.abs(byPowerW));
    const answer = await (byPowerW < 0
      ? this.writer.saveOnce(
          miner,
          ({ performance }) => performance.DecrementPowerTarget,
          { power_target_decrement: by },
          options,
        )
      : this.writer.saveOnce(
          miner,
          ({ performance }) => performance.IncrementPowerTarget,
          { power_target_increment: by },
          options,
        ));
    return watts(answer.power_target);
  }

  async setRelativePowerTarget(
    miner: Miner,
    percent: number,
    of: TargetReference,
    options?: SaveOptions,
  ): Promise<number | undefined> {
    const request = relativeTarget(percent, of);
    const method = of === 'current' ? 'saveOnce' : 'save';
    const answer = await this.writer[method](
      miner,
      ({ performance }) => performance.SetRelativePowerTarget,
      request,
      options,
    );
    return watts(answer.power_target);
  }

  async setDefaultPowerTarget(miner: Miner, options?: SaveOptions): Promise<number | undefined> {
    const answer = await this.writer.save(miner, ({ performance }) => performance.SetDefaultPowerTarget, {}, options);
    return watts(answer.power_target);
  }

  async setHashrateTarget(miner: Miner, hashrateThs: number, options?: SaveOptions): Promise<number | undefined> {
    const request = { hashrate_target: wireTerahash('The hashrate target', hashrateThs) };
    const answer = await this.writer.save(miner, ({ performance }) => performance.SetHashrateTarget, request, options);
    return targetTerahash(answer.hashrate_target);
  }

  async changeHashrateTarget(miner: Miner, byHashrateThs: number, options?: SaveOptions): Promise<number | undefined> {
    const by = wireTerahash('The change of the hashrate target', Math.abs(byHashrateThs));
    const answer = await (byHashrateThs < 0
      ? this.writer.saveOnce(
          miner,
          ({ performance }) => performance.DecrementHashrateTarget,
          { hashrate_target_decrement: by },
          options,
        )
      : this.writer.saveOnce(
          miner,
          ({ performance }) => performance.IncrementHashrateTarget,
          { hashrate_target_increment: by },
          options,
        ));
    return targetTerahash(answer.hashrate_target);
  }

  async setRelativeHashrateTarget(
    miner: Miner,
    percent: number,
    of: TargetReference,
    options?: SaveOptions,
  ): Promise<number | undefined> {
    const request = relativeTarget(percent, of);
    const method = of === 'current' ? 'saveOnce' : 'save';
    const answer = await this.writer[method](
      miner,
      ({ performance }) => performance.SetRelativeHashrateTarget,
      request,
      options,
    );
    return targetTerahash(answer.hashrate_target);
  }

  async setDefaultHashrateTarget(miner: Miner, options?: SaveOptions): Promise<number | undefined> {
    const answer = await this.writer.save(
      miner,
      ({ performance }) => performance.SetDefaultHashrateTarget,
      {},
      options,
    );
    return targetTerahash(answer.hashrate_target);
  }

  async setDps(miner: Miner, change: DpsChange, options?: SaveOptions): Promise<DpsConfig> {
    return toChangedDps(
      await this.writer.save(miner, ({ performance }) => performance.SetDPS, wireDps(change), options),
    );
  }

  async setMode(miner: Miner, mode: PerformanceMode, options?: SaveOptions): Promise<PerformanceMode | undefined> {
    const request = { mode: wirePerformanceMode(mode) };
    return toPerformanceMode(
      await this.writer.save(miner, ({ performance }) => performance.SetPerformanceMode, request, options),
    );
  }

  async setQuickRamping(miner: Miner, ramping: QuickRamping, options?: SaveOptions): Promise<QuickRamping> {
    const request = wireQuickRamping(ramping);
    return toQuickRamping(
      await this.writer.save(miner, ({ performance }) => performance.SetQuickRamping, request, options),
    );
  }

  async setDefaultQuickRamping(miner: Miner, options?: SaveOptions): Promise<QuickRamping> {
    return toQuickRamping(
      await this.writer.save(miner, ({ performance }) => performance.SetDefaultQuickRamping, {}, options),
    );
  }

  async removeTunedProfiles(miner: Miner, options?: CallOptions): Promise<void> {
    await this.writer.set(miner, ({ performance }) => performance.RemoveTunedProfiles, {}, options);
  }
}

function relativeTarget(percent: number, of: TargetReference) {
  return {
    percentage: checkedNumber('A target in per cent', percent, 0, 1000),
    reference: TARGET_REFERENCES[of],
  };
}
