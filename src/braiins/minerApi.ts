import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CredentialStore } from '../fleet/credentials';
import { ChannelPool, type ChannelPoolOptions } from './channelPool';
import { GuardedCalls, type GuardOptions } from './guardedCalls';
import { MinerCalls } from './minerCalls';
import { type BraiinsServices, loadMinerServices } from './proto/load';

export interface MinerApiOptions {
  readonly channels: ChannelPoolOptions;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly guard: Omit<GuardOptions, 'clock'>;
}

/** All that stands on the gRPC library: what imports this file loads that, which takes as long as reading many miners. */
export class MinerApi implements Disposable {
  private readonly pool: ChannelPool;

  readonly calls: GuardedCalls;

  private constructor(
    readonly services: BraiinsServices,
    { channels, guard, clock, credentials, logger }: MinerApiOptions,
  ) {
    this.pool = new ChannelPool(channels);
    const calls = new MinerCalls({ clock, credentials, logger, deadlineMs: guard.readMs, pool: this.pool, services });
    this.calls = new GuardedCalls(calls, services, { ...guard, clock });
  }

  static async load(options: MinerApiOptions): Promise<MinerApi> {
    return new MinerApi(await loadMinerServices(), options);
  }

  get openChannels(): number {
    return this.pool.size;
  }

  dispose(): void {
    this.calls.dispose();
    this.pool.dispose();
  }
}
