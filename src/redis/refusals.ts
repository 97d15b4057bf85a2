import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { StoreHealth } from '../cache/store';
import { asSentence, isPermissionRefusal, isWriteRefusal } from './failures';

/** What the user of the cache has to be allowed, in the words of `ACL SETUSER`; of Redis 6.2 and later. */
export const NEEDED_RIGHTS =
  '~v1:* &events:* &__redis__:invalidate +@read +@write +@scripting +@pubsub +@connection -@dangerous ' +
  '+client|id +client|tracking +client|setname +cluster|slots +time +info';

/** A command as permissions are told apart by it; all scripts are one. */
export type AcceptedCommand = 'get' | 'mget' | 'set' | 'script';

export interface RefusalsOptions {
  /** Of Redis as a whole, for messages. */
  readonly address: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The server of a Cluster that has a key; `undefined` where there is one server. */
  nodeOf(key: string): string | undefined;
  /** {@link Refusals.health} changed. */
  onChange(): void;
}

interface Refusal {
  readonly health: StoreHealth;
  /** When it was last met, of `Clock.monotonic`. */
  at: number;
  /** Whether the like was accepted since. */
  isAccepted: boolean;
}

/**
 * How long the last refusal has to be ago, in ms, when the like was accepted since. A server at the limit of its memory refuses
 * one write and accepts the next.
 */
const CALM_MS = 2_000;
/** How long it has to be ago when nothing of the kind was tried since: longer than most data is fresh, ms. */
const QUIET_MS = 30_000;

/**
 * What a server that answers does not do for us. A refusal stands until the like of it is accepted, or was not met for a while:
 * one of a Cluster's masters may be full and the others not, and a user may be allowed one thing and not another.
 */
export class Refusals implements Disposable {
  /** By what is refused: all writes by a node, or to the user a command on keys of one kind. The first met comes first. */
  private readonly standing = new Map<string, Refusal>();
  /** Commands that only the log tells of. */
  private readonly reported = new Set<string>();
  private timer: Disposable | undefined;

  constructor(private readonly options: RefusalsOptions) {}

  /** The worst that stands. */
  get health(): StoreHealth | undefined {
    const all = [...this.standing.values()].map(({ health }) => health);
    return all.find(({ state }) => state === 'refusing-reads') ?? all[0];
  }

  /** @param error what the server said to a command. */
  note(error: unknown): void {
    const { name, key } = commandOf(error);
    if (isWriteRefusal(error)) {
      const node = this.options.nodeOf(key);
      this.stand(writesOf(node), () => {
        const where = node === undefined ? '' : ` on ${node}`;
        const text = asSentence(describeError(error));
        return {
          state: 'refusing-writes',
          reason: `Redis at ${this.options.address} refuses writes${where}: ${text}`,
        };
      });
    } else if (isPermissionRefusal(error)) {
      this.noteForbidden(name, key, error);
    }
  }

  /** The server did what it may have refused before: of a `set` or a `script`, a write that takes memory. */
  noteAccepted(command: AcceptedCommand, key: string): void {
    if (this.standing.size === 0) {
      return;
    }
    this.accept(permissionOf(command, key));
    if (command === 'set' || command === 'script') {
      this.accept(writesOf(this.options.nodeOf(key)));
    }
  }

  /** Another server may be asked from now on. */
  clear(): void {
    this.standing.clear();
    this.reported.clear();
    this.timer?.dispose();
    this.timer = undefined;
  }

  dispose(): void {
    this.clear();
  }

  private noteForbidden(name: string, key: string, error: unknown): void {
    const { address, logger } = this.options;
    const describe = () => {
      const where = key === '' ? '' : ` ${name === 'script' ? 'that change' : 'on'} ${kindOf(key)}*`;
      const what = `run ${name === 'script' ? 'the scripts (EVALSHA, EVAL)' : name.toUpperCase()}${where}`;
      const text = asSentence(describeError(error));
      return `Redis at ${address} does not let the user ${what}: ${text} Grant it with ACL SETUSER <user> ${NEEDED_RIGHTS}`;
    };
    if (name === 'get' || name === 'mget') {
      this.stand(permissionOf(name, key), () => ({ state: 'refusing-reads', reason: describe() }));
    } else if (name === 'set' || name === 'script') {
      this.stand(permissionOf(name, key), () => ({ state: 'refusing-writes', reason: describe() }));
    } else if (name !== 'time' && !this.reported.has(name)) {
      // The cache does without: others are not told at once, or what is broken stays until it is replaced. Of the time, who asks
      // for it tells.
      this.reported.add(name);
      logger.warn(describe());
    }
  }

  private stand(id: string, describe: () => StoreHealth): void {
    const at = this.options.clock.monotonic();
    const known = this.standing.get(id);
    if (known !== undefined) {
      // The text stays as well: newer servers name the key, which is another one each time.
      known.at = at;
      known.isAccepted = false;
      return;
    }
    this.standing.set(id, { health: describe(), at, isAccepted: false });
    this.timer ??= this.wake(QUIET_MS);
    this.options.onChange();
  }

  private accept(id: string): void {
    const refusal = this.standing.get(id);
    if (refusal !== undefined && !refusal.isAccepted) {
      refusal.isAccepted = true;
      this.endOld();
    }
  }

  private endOld(): void {
    const now = this.options.clock.monotonic();
    let hasEnded = false;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [id, { at, isAccepted }] of this.standing) {
      const leftMs = at + (isAccepted ? CALM_MS : QUIET_MS) - now;
      if (leftMs <= 0) {
        this.standing.delete(id);
        hasEnded = true;
      } else {
        nextMs = Math.min(nextMs, leftMs);
      }
    }
    this.timer?.dispose();
    this.timer = this.standing.size === 0 ? undefined : this.wake(nextMs);
    if (hasEnded) {
      this.options.onChange();
    }
  }

  private wake(delayMs: number): Disposable {
    return this.options.clock.setTimeout(() => this.endOld(), delayMs);
  }
}

function writesOf(node: string | undefined): string {
  return `writes ${node ?? ''}`;
}

function permissionOf(command: string, key: string): string {
  return `${command} ${kindOf(key)}`;
}

/** What keys of one kind begin with: `v1:cache:`, `v1:gen:`, …; of a channel `events:`. */
function kindOf(key: string): string {
  return /^v1:[^:]*:?|^[^:]*:?/.exec(key)?.[0] ?? '';
}

/** The command that an error of ioredis is about; one of a script is about its first key. */
function commandOf(error: unknown): { readonly name: string; readonly key: string } {
  const { command } = error as { command?: { name?: unknown; args?: readonly unknown[] } };
  const name = String(command?.name ?? 'the command').toLowerCase();
  const isScript = name === 'evalsha' || name === 'eval';
  const key = command?.args?.[isScript ? 2 : 0];
  return { name: isScript ? 'script' : name, key: key === undefined ? '' : String(key) };
}
