import { type Cluster, Redis } from 'ioredis';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { isEntryKey } from '../cache/keys';
import { openNodeClient } from './client';
import { CommandDeadlines } from './connectionDeadlines';
import { Inflow } from './inflow';
import { parseNodeName } from './nodeNames';
import type { ConnectionProfile } from './profile';

export interface OversizedValuesOptions {
  /** The connection that values are read over. */
  readonly client: Redis | Cluster;
  readonly profile: ConnectionProfile;
  readonly logger: Logger;
  /** The server of a Cluster that has a key; `undefined` where there is one server. */
  nodeOf(key: string): string | undefined;
  /** A reply that nobody waits for may still be on its way from this server. @param node as {@link nodeOf} names it. */
  onRemoved(node: string | undefined): void;
}

/** More is no entry of ours: in characters, of which the largest entries have some 100,000. */
export const MAX_VALUE_LENGTH = 8 * 1024 * 1024;

/** The longest that a look may take, in ms. A server that copies such a value for a reply does nothing else for up to a second. */
const LOOK_TIMEOUT_MS = 2_000;

/** How much later, in ms, a read may fail that held up what was sent before it. */
const SENT_TOGETHER_MS = 50;

/** Keys that are looked at together; what is beyond is looked at when it fails again. */
const MAX_SUSPECTS = 5_000;

/**
 * Removes values that are far too large to be entries: each read of one holds up all replies behind it, longer than anybody
 * waits. Nobody asks for the size before reading; but what was read in vain is suspected, and looked at over a connection that is
 * not held up.
 */
export class OversizedValues implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly deadlines: CommandDeadlines;
  /** Of a Cluster, no silence of a node counts. */
  private readonly inflow: Inflow | undefined;
  private suspects = new Set<string>();
  private running: Promise<boolean> | undefined;
  private next: Promise<boolean> | undefined;
  private removedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: OversizedValuesOptions) {
    this.deadlines = this.disposables.add(new CommandDeadlines(LOOK_TIMEOUT_MS));
    this.inflow = options.client instanceof Redis ? this.disposables.add(new Inflow(options.client)) : undefined;
  }

  /**
   * What a command that was not answered in time may be explained by: resolves to whether a value was removed that was too large.
   * `undefined` while nothing speaks for it.
   *
   * @param reads the keys whose values the command reads, which are looked at in any case.
   */
  explain(reads: readonly string[]): Promise<boolean> | undefined {
    const look = reads.length > 0 ? this.suspect(reads) : undefined;
    if (this.inflow?.isHeavy !== true) {
      return undefined;
    }
    return look ?? this.lookOfOthers();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Resolves to whether one of these, or of those that are looked at with them, was removed; never fails. */
  private suspect(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) {
      if (this.suspects.size < MAX_SUSPECTS && isEntryKey(key)) {
        this.suspects.add(key);
      }
    }
    this.next ??= Promise.resolve(this.running).then(() => {
      this.next = undefined;
      const run = this.look().finally(() => {
        this.running = undefined;
      });
      this.running = run;
      return run;
    });
    return this.next;
  }

  /** What was sent just before a read, and with it, fails just before it. */
  private async lookOfOthers(): Promise<boolean> {
    const askedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, SENT_TOGETHER_MS).unref());
    await (this.next ?? this.running);
    return this.removedAt >= askedAt;
  }

  private async look(): Promise<boolean> {
    const byNode = new Map<string | undefined, string[]>();
    for (const key of this.suspects) {
      const node = this.options.nodeOf(key);
      byNode.set(node, [...(byNode.get(node) ?? []), key]);
    }
    this.suspects = new Set();
    const found = await Promise.all([...byNode].map(([node, keys]) => this.lookAt(node, keys)));
    return found.includes(true);
  }

  private async lookAt(node: string | undefined, keys: readonly string[]): Promise<boolean> {
    if (this.disposables.isDisposed) {
      return false;
    }
    const client = openNodeClient(this.options.profile, node === undefined ? undefined : parseNodeName(node), {
      connectionName: 'fleet-cache-sizes',
      retryStrategy: () => null,
    });
    client.on('error', () => {});
    const closing = this.disposables.add(toDisposable(() => client.disconnect()));
    try {
      const removed = await this.deadlines.within(this.removeFrom(client, keys));
      if (removed) {
        this.removedAt = performance.now();
        this.options.onRemoved(node);
      }
      return removed;
    } catch (error) {
      // Why nothing is answered, the connection tells whose reads failed.
      this.options.logger.debug(`Could not look at the sizes of what was read in vain: ${describeError(error)}`);
      return false;
    } finally {
      this.disposables.release(closing);
    }
  }

  private async removeFrom(client: Redis, keys: readonly string[]): Promise<boolean> {
    await client.connect();
    const sizes = (await client.pipeline(keys.map((key) => ['strlen', key])).exec()) ?? [];
    const oversized = keys.filter((_, index) => Number(sizes[index]?.[1]) > MAX_VALUE_LENGTH);
    await Promise.all(oversized.map((key) => client.unlink(key)));
    for (const key of oversized) {
      this.options.logger.warn(describeRemoval(key, Number(sizes[keys.indexOf(key)]?.[1])));
    }
    return oversized.length > 0;
  }
}

/** @param length in bytes or characters. */
export function describeRemoval(key: string, length: number): string {
  return `Removed ${key}: it held ${Math.round(length / 1024 / 1024)} MiB, which is no entry of the cache.`;
}
