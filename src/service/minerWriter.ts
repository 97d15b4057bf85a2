import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import type { EventBus } from '../cache/eventBus';
import type { EventHistory } from '../cache/eventHistory';
import { isConstrained, problemsOf } from '../fleet/changeChecks';
import type { Miner } from '../fleet/miner';
import { describeChange, type MinerChange } from '../fleet/minerChange';
import type { MinerConstraints } from '../fleet/minerConstraints';
import type { MinerControl } from '../fleet/minerControl';
import type { MinerKind } from '../fleet/minerData';
import { InvalidRequestError, type MinerSource, SourceError, type SourceFailure } from '../fleet/minerSource';
import { changeChannel, encodeChangeMessage } from './changeMessages';
import type { FleetReads } from './fleetReads';
import { minerGenerations } from './invalidator';
import type { WriteAccess } from './writeAccess';

export interface MinerWriterOptions {
  readonly cache: CacheService;
  readonly reads: FleetReads;
  readonly source: MinerSource;
  readonly control: MinerControl;
  readonly bus: EventBus;
  readonly history: EventHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance. */
  readonly instance: string;
  readonly access: Pick<WriteAccess, 'require'>;
}

/** The dataset that shows a change, which is read back and written through; none where nothing cached shows it. */
const SHOWN_BY: Readonly<Partial<Record<MinerChange['type'], MinerKind>>> = {
  pause: 'status',
  resume: 'status',
  'power-target': 'config',
  'hashrate-target': 'config',
  cooling: 'config',
  'pool-groups': 'pools',
  hashboards: 'hashboards',
};

/** A miner that failed in one of these ways was not changed; after any other failure it may have been. */
const UNCHANGED_AFTER: readonly SourceFailure[] = ['login-refused', 'no-credentials', 'unsupported'];

/** Changes miners, and keeps what is cached of them right. */
export class MinerWriter {
  constructor(private readonly options: MinerWriterOptions) {}

  /**
   * Has a miner do something: checks what the machine allows, tells the machine, reads back what shows the change, writes that
   * through, voids all else that is cached of the miner and the summaries over it, and tells whoever listens.
   *
   * @throws {ReadOnlyError}
   * @throws {InvalidRequestError} when the machine does not take such values; the message says which it takes.
   * @throws {SourceError} when the machine refuses, or does not answer.
   * @throws {CancelledError}
   */
  async change(miner: Miner, change: MinerChange, signal?: AbortSignal): Promise<void> {
    await this.options.access.require(`tell ${miner.id} to ${describeChange(change)}`);
    await this.check(miner, change, signal);
    const voiding = { scopes: minerGenerations(miner), cause: `miner:${change.type}` };
    const kind = SHOWN_BY[change.type];
    let wasObeyed = false;
    const apply = async () => {
      await this.apply(miner, change, signal);
      wasObeyed = true;
    };
    try {
      await (kind === undefined ? apply() : this.writeThrough(miner, kind, { ...voiding, apply }, signal));
    } catch (error) {
      if (!wasObeyed && !mayHaveBeenObeyed(error)) {
        throw error;
      }
      await this.options.cache.invalidate(voiding);
      // Else only what shows the change could not be read back, which is no failure of it: the next reader reads it.
      if (!wasObeyed) {
        throw error;
      }
    }
    if (kind === undefined) {
      await this.options.cache.invalidate(voiding);
    }
    this.tell(miner, change);
  }

  /** What of a change the machine does not take, each in one sentence. @throws {SourceError} */
  async problems(miner: Miner, change: MinerChange, signal?: AbortSignal): Promise<readonly string[]> {
    return problemsOf(change, isConstrained(change) ? await this.constraints(miner, signal) : undefined);
  }

  /**
   * What the machine can be set to. `undefined` for older firmware, which does not tell it, and refuses by itself what it cannot do.
   *
   * @throws {SourceError}
   */
  async constraints(miner: Miner, signal?: AbortSignal): Promise<MinerConstraints | undefined> {
    try {
      return await this.options.source.ask(miner, 'constraints', signal);
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'unsupported') {
        return undefined;
      }
      throw error;
    }
  }

  private async check(miner: Miner, change: MinerChange, signal: AbortSignal | undefined): Promise<void> {
    const problems = await this.problems(miner, change, signal);
    if (problems.length > 0) {
      throw new InvalidRequestError(`${miner.id} cannot ${describeChange(change)}. ${problems.join(' ')}`);
    }
  }

  private async writeThrough<K extends MinerKind>(
    miner: Miner,
    kind: K,
    write: { readonly scopes: readonly string[]; readonly cause: string; apply(): Promise<void> },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { reads, source } = this.options;
    await reads.write(miner, kind, {
      scopes: write.scopes,
      cause: write.cause,
      apply: async () => {
        await write.apply();
        return source.read(miner, kind, signal);
      },
    });
  }

  private tell(miner: Miner, { type }: MinerChange): void {
    const { bus, history, clock, logger, instance: by } = this.options;
    const text = encodeChangeMessage({ minerId: miner.id, change: type, by }, clock.now());
    history.add('config', text);
    bus.publishToShard(changeChannel(miner.id), text).catch((error: unknown) => {
      logger.debug(`Nobody was told of a change of ${miner.id}: ${describeError(error)}`);
    });
  }

  private async apply(miner: Miner, change: MinerChange, signal: AbortSignal | undefined): Promise<void> {
    const { actions, performance, pools, cooling, hashboards } = this.options.control;
    const options = signal === undefined ? {} : { signal };
    switch (change.type) {
      case 'pause':
        await actions.pauseMining(miner, options);
        break;
      case 'resume':
        await actions.resumeMining(miner, options);
        break;
      case 'restart':
        await actions.restart(miner, options);
        break;
      case 'reboot':
        await actions.reboot(miner, options);
        break;
      case 'locate':
        await actions.locate(miner, change.on, options);
        break;
      case 'power-target':
        await performance.setPowerTarget(miner, change.powerW, options);
        break;
      case 'hashrate-target':
        await performance.setHashrateTarget(miner, change.hashrateThs, options);
        break;
      case 'pool-groups':
        await pools.setGroups(miner, change.groups, options);
        break;
      case 'cooling':
        await cooling.setMode(miner, change.mode, options);
        break;
      case 'hashboards':
        await (change.on ? hashboards.enable : hashboards.disable).call(hashboards, miner, change.ids, options);
        break;
    }
  }
}

function mayHaveBeenObeyed(error: unknown): boolean {
  if (error instanceof InvalidRequestError) {
    return false;
  }
  return !(error instanceof SourceError) || !UNCHANGED_AFTER.includes(error.failure);
}
