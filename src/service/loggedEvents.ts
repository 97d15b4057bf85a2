import { decodeCacheEvent } from '../cache/cacheEvents';
import { MAX_EVENT_TEXT, type RecordedEvent } from '../cache/eventHistory';
import { type NamedScope, readScope } from '../cache/keyNames';
import { GLOBAL_TENANT } from '../fleet/miner';
import type { MinerChange } from '../fleet/minerChange';
import { MINER_KINDS, MINER_STATES } from '../fleet/minerData';
import { TEST, type WatchedState } from './statusMessages';

/** One thing that happened, for people. */
export interface LoggedEvent {
  /**
   * Of its place in the history: `<ms>-<number>`, and `-<number>` more for what only this instance tells, which comes after the
   * event that it begins with. Later ones are greater, number by number; the same event has the same one in every instance.
   */
  readonly id: string;
  /** In ms since the epoch, by this machine's clock. */
  readonly at: number;
  /**
   * `fill`: entries were written by this instance. `warm`: the cache was filled ahead of reads. `gap`: events before it may be
   * missing.
   */
  readonly kind: 'status' | 'config' | 'invalidated' | 'fill' | 'warm' | 'gap';
  readonly minerId?: string;
  readonly tenant?: string;
  /** One line; of anybody's making, and short. */
  readonly text: string;
  /** What else an invalidation voided. */
  readonly cascade?: readonly string[];
  /** The instance that it comes from. */
  readonly by?: string;
  /** The miner's state as a status event tells it, for who shows it; absent where it is none that is known. */
  readonly heard?: HeardState;
}

export interface HeardState {
  readonly state: WatchedState;
  /** Why it cannot be reached, for people. */
  readonly reason?: string;
}

/** What an event says, without its place. */
type Said = Omit<LoggedEvent, 'id' | 'at'>;

const MAX_ID = 256;
const MAX_LINE = 500;
const STREAM_ID = /^\d{1,20}-\d{1,20}$/;

const WATCHED_STATES: ReadonlySet<string> = new Set<WatchedState>([...MINER_STATES, 'offline']);

const CHANGES: Readonly<Record<MinerChange['type'], string>> = {
  pause: 'was paused',
  resume: 'was resumed',
  restart: 'was told to restart its mining software',
  reboot: 'was told to restart',
  locate: 'was told to blink, or to stop blinking',
  'power-target': 'got another power target',
  'hashrate-target': 'got another hashrate target',
  'pool-groups': 'got other pools',
  cooling: 'got other cooling settings',
  hashboards: 'had hashboards switched on or off',
};

/** Makes of what is recorded what people read. Anybody can record: what is not exactly one of our events is none. */
export class EventReader {
  /**
   * @param tenantOf a miner's, where it is known.
   * @param timeOf a moment of the store's clock by this machine's, in ms.
   */
  constructor(
    private readonly tenantOf: (minerId: string) => string | undefined,
    private readonly timeOf: (storeMs: number) => number,
  ) {}

  /** `undefined` for what is no event. */
  read({ id, kind, text }: RecordedEvent): LoggedEvent | undefined {
    const said = STREAM_ID.test(id) && text.length <= MAX_EVENT_TEXT ? this.said(kind, text) : undefined;
    if (said === undefined) {
      return undefined;
    }
    return { id, at: this.timeOf(Number.parseInt(id, 10)), ...said, text: said.text.slice(0, MAX_LINE) };
  }

  private said(kind: string, text: string): Said | undefined {
    if (kind === 'invalidated') {
      return this.invalidation(text);
    }
    const fields = fieldsOf(text);
    if (fields === undefined) {
      return undefined;
    }
    switch (kind) {
      case 'status':
        return this.status(fields);
      case 'config':
        return this.change(fields);
      case 'warm':
        return warming(fields);
      case 'gap':
        return gap(fields);
      default:
        return undefined;
    }
  }

  private status({ minerId, status, reason, by }: Readonly<Record<string, unknown>>): Said | undefined {
    if (!isId(minerId) || !isId(status) || !isId(by) || (reason !== undefined && typeof reason !== 'string')) {
      return undefined;
    }
    if (status === TEST) {
      return { kind: 'status', ...this.miner(minerId), text: testText(minerId, 'status'), by };
    }
    const why = reason === undefined ? '' : `: ${reason}`;
    const heard = {
      state: status as WatchedState,
      ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_LINE) }),
    };
    return {
      kind: 'status',
      ...this.miner(minerId),
      text: `${minerId} is ${status.replaceAll('-', ' ')}${why}`,
      by,
      ...(WATCHED_STATES.has(status) ? { heard } : {}),
    };
  }

  private change({ minerId, change, by }: Readonly<Record<string, unknown>>): Said | undefined {
    if (!isId(minerId) || !isId(change) || !isId(by)) {
      return undefined;
    }
    if (change === TEST) {
      return { kind: 'config', ...this.miner(minerId), text: testText(minerId, 'configuration'), by };
    }
    const what = Object.hasOwn(CHANGES, change) ? CHANGES[change as MinerChange['type']] : `was changed (${change})`;
    return { kind: 'config', ...this.miner(minerId), text: `${minerId} ${what}`, by };
  }

  private invalidation(text: string): Said | undefined {
    const event = decodeCacheEvent(text);
    if (event === undefined || !isId(event.by)) {
      return undefined;
    }
    const scopes = event.scopes.map(readScope).filter((scope) => scope !== undefined);
    if (event.patterns !== undefined && event.patterns.length > 0) {
      const cascade = scopes.map((scope) => describeScope(scope).slice(0, MAX_LINE));
      const text = `What matches ${event.patterns.join(', ')} was removed: ${event.cause}`;
      return { kind: 'invalidated', text, ...(cascade.length === 0 ? {} : { cascade }), by: event.by };
    }
    const main = scopes.find(({ type }) => type === 'all' || type === 'tenant' || type === 'miner') ?? scopes[0];
    const cascade = scopes.filter((scope) => scope !== main).map((scope) => describeScope(scope).slice(0, MAX_LINE));
    return {
      kind: 'invalidated',
      ...(main === undefined ? {} : this.place(main)),
      text: `${main === undefined ? 'Something' : describeScope(main)} was voided: ${event.cause}`,
      ...(cascade.length === 0 ? {} : { cascade }),
      by: event.by,
    };
  }

  private place(scope: NamedScope): Pick<LoggedEvent, 'minerId' | 'tenant'> {
    if (scope.type === 'miner') {
      return this.miner(scope.minerId);
    }
    return 'tenant' in scope && scope.tenant !== GLOBAL_TENANT ? { tenant: scope.tenant } : {};
  }

  private miner(minerId: string): Pick<LoggedEvent, 'minerId' | 'tenant'> {
    const tenant = this.tenantOf(minerId);
    return tenant === undefined ? { minerId } : { minerId, tenant };
  }
}

function testText(minerId: string, what: string): string {
  return `Test event about the ${what} of ${minerId}: nothing happened at the miner`;
}

function warming({ phase, origin, kinds, by, ...counts }: Readonly<Record<string, unknown>>): Said | undefined {
  const { total } = counts;
  if (!isId(by) || !isCount(total)) {
    return undefined;
  }
  if (phase === 'began') {
    const isList = Array.isArray(kinds) && kinds.length <= MINER_KINDS.length && kinds.every(isId);
    const text = `Warming began: ${total} ${total === 1 ? 'entry' : 'entries'}`;
    return isList ? { kind: 'warm', text: `${text} of ${kinds.join(', ')}`, by } : undefined;
  }
  const { warmed, fresh, failed, notStored } = counts;
  const isWhole = isCount(warmed) && isCount(fresh) && isCount(failed) && isCount(notStored);
  if (!isWhole || (phase !== 'ended' && phase !== 'cancelled')) {
    return undefined;
  }
  const run = origin === 'periodic' ? 'A round of periodic warming' : 'Warming';
  const how = phase === 'ended' ? 'ended' : `was cancelled, ${total} wanted`;
  const lost = notStored === 0 ? '' : `, ${notStored} not stored`;
  return {
    kind: 'warm',
    text: `${run} ${how}: ${warmed} fetched, ${fresh} fresh already, ${failed} failed${lost}`,
    by,
  };
}

function gap({ lost }: Readonly<Record<string, unknown>>): Said | undefined {
  if (lost === undefined) {
    return { kind: 'gap', text: 'The history begins here: what happened before it is not known.' };
  }
  if (!isCount(lost) || lost < 1) {
    return undefined;
  }
  const events = lost === 1 ? 'One event is' : `Up to ${lost} events are`;
  return { kind: 'gap', text: `${events} missing before this: Redis did not take them.` };
}

function describeScope(scope: NamedScope): string {
  switch (scope.type) {
    case 'all':
      return 'Everything';
    case 'tenant':
      return `Tenant ${scope.tenant}`;
    case 'miner':
      return scope.event === undefined ? scope.minerId : `${scope.minerId} (${scope.event})`;
    case 'summary':
      return scope.tenant === GLOBAL_TENANT ? 'Summary of the whole fleet' : `Summary of ${scope.tenant}`;
    case 'firmware-versions':
      return 'Firmware versions';
    case 'pool-urls':
      return 'Pool URLs';
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
