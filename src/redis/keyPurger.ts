import type { Redis } from 'ioredis';
import type { KeyPurger, PurgeOptions, PurgeReport } from '../cache/keyPurger';
import { StoreError } from '../cache/store';
import type { RedisConnection } from './connection';
import { CommandDeadlines } from './connectionDeadlines';
import { explainFailure } from './failures';
import { pagesOf } from './keyPages';
import { describeNode } from './nodeNames';
import { newKeys, removeKeys, SCAN_START, type ScanPage, scannedShare, scanPage, showKey } from './scanPage';
import { requireOwnPattern } from './scanPattern';
import { groupBySlot } from './scanSlots';

export interface RedisKeyPurgerOptions {
  readonly connection: RedisConnection;
  /** The longest that one step may take, in ms: the scan of a page, or the removal of its keys. */
  readonly stepTimeoutMs: number;
}

const SAMPLE_SIZE = 20;

/**
 * Scans the masters one after the other. What is guaranteed:
 * - Keys that match and are there from the beginning to the end are removed, unless a Cluster moves their slot meanwhile.
 *   Those that are written meanwhile may or may not be.
 * - `removed` is what the servers counted. `matched` counts a key once, and once more each time that it was written anew;
 *   only in a dry run may a key count twice, if its server resizes its table meanwhile.
 * - `scanned` is the part of `total`, the keys at the start, that the scan has passed. On a Cluster whole nodes count, because
 *   what a cursor says about its nodes differs between versions of Redis.
 */
export class RedisKeyPurger implements KeyPurger {
  constructor(private readonly options: RedisKeyPurgerOptions) {}

  async purge(pattern: string, options: PurgeOptions = {}): Promise<PurgeReport> {
    requireOwnPattern(pattern);
    const { connection, stepTimeoutMs } = this.options;
    // Waits for the very first connection, and asks nothing of a server that is known not to answer.
    const masters = await connection.execute(async () => connection.masters());
    if (masters.length === 0) {
      throw new StoreError('No master of the Redis Cluster is known. Nothing was removed; try again when it is up.');
    }
    const run = new PurgeRun(pattern, connection.client.isCluster, stepTimeoutMs, options);
    try {
      return await run.over(masters);
    } finally {
      run.dispose();
    }
  }
}

/** One purge, and what it did so far. */
class PurgeRun {
  private readonly deadlines: CommandDeadlines;
  private readonly sample: string[] = [];
  private total = 0;
  private scanned = 0;
  private matched = 0;
  private removed = 0;

  constructor(
    private readonly pattern: string,
    private readonly isCluster: boolean,
    private readonly stepTimeoutMs: number,
    private readonly options: PurgeOptions,
  ) {
    this.deadlines = new CommandDeadlines(stepTimeoutMs);
  }

  async over(masters: readonly Redis[]): Promise<PurgeReport> {
    const keyCounts = await Promise.all(masters.map((node) => this.within(node, node.dbsize())));
    this.total = keyCounts.reduce((sum, count) => sum + count, 0);
    let cancelled = false;
    for (const [index, node] of masters.entries()) {
      cancelled ||= !(await this.finishNode(node, keyCounts[index] ?? 0));
    }
    const { scanned, matched, removed, sample } = this;
    return { scanned, matched, removed, sample, cancelled };
  }

  dispose(): void {
    this.deadlines.dispose();
  }

  /**
   * Resolves to false when it was cancelled. The next page is asked for before the last one is looked at, so that the server
   * works meanwhile:
   *
   * 1. page 1 comes, and page 2 is asked for;
   * 2. the keys of page 1 are sorted out, and their removal is asked for: it is done after the scan of page 2, and before that
   *    of page 3. So a key can come a second time only with the very next page, where it is left out.
   */
  private async finishNode(node: Redis, keyCount: number): Promise<boolean> {
    const scannedBefore = this.scanned;
    let scanning: Promise<ScanPage> | undefined = this.scan(node, SCAN_START);
    let removing = Promise.resolve();
    let keys: ReadonlyMap<string, Buffer> = new Map();
    try {
      while (scanning !== undefined) {
        const page: ScanPage = await scanning;
        if (this.options.signal?.aborted) {
          await removing;
          return false;
        }
        const cursor = page.cursor === SCAN_START ? undefined : page.cursor;
        scanning = cursor === undefined ? undefined : this.scan(node, cursor);
        keys = newKeys(page.keys, keys);
        this.count([...keys.values()]);
        await removing;
        removing = this.remove(node, [...keys.values()]);
        // A table that is made smaller meanwhile takes the cursor a little back.
        this.scanned = Math.max(this.scanned, scannedBefore + this.scannedOf(keyCount, cursor));
        this.options.onProgress?.({ scanned: this.scanned, matched: this.matched, total: this.total });
      }
      await removing;
      return true;
    } finally {
      // Whatever was asked of the server is done, and counted, before anybody is told that this is over.
      await Promise.allSettled([scanning, removing]);
    }
  }

  private scan(node: Redis, cursor: string): Promise<ScanPage> {
    return heard(this.within(node, scanPage(node, this.pattern, cursor)));
  }

  private remove(node: Redis, keys: readonly Buffer[]): Promise<void> {
    if (keys.length === 0 || this.options.dryRun === true) {
      return Promise.resolve();
    }
    const removal = async () => {
      const { removed, error } = await this.within(node, removeKeys(node, this.group(keys)));
      this.removed += removed;
      if (error !== undefined) {
        throw this.failure(node, error);
      }
    };
    return heard(removal());
  }

  private count(keys: readonly Buffer[]): void {
    this.matched += keys.length;
    this.options.onKeys?.(keys.map((key) => key.toString()));
    this.sample.push(...keys.slice(0, SAMPLE_SIZE - this.sample.length).map(showKey));
  }

  private scannedOf(keyCount: number, cursor: string | undefined): number {
    if (cursor === undefined) {
      return keyCount;
    }
    return this.isCluster ? 0 : Math.floor(scannedShare(cursor) * keyCount);
  }

  private group(keys: readonly Buffer[]): readonly (readonly Buffer[])[] {
    const groups = this.isCluster ? groupBySlot(keys) : [keys];
    return groups.flatMap((group) => pagesOf(group));
  }

  /** The node's answer, unless it takes too long or is an error. */
  private within<T>(node: Redis, answer: Promise<T>): Promise<T> {
    return this.deadlines.within(answer).catch((error: unknown) => {
      throw this.failure(node, error);
    });
  }

  private failure(node: Redis, error: unknown): StoreError {
    const explained = explainFailure(error, undefined, describeNode(node), this.stepTimeoutMs);
    // Whether the keys of a step that was not answered are gone, nobody knows.
    const done =
      this.removed === 0
        ? 'No key is known to have been removed.'
        : `At least ${this.removed.toLocaleString('en')} keys had been removed by then; purge again to remove the rest.`;
    return new StoreError(`${explained} ${done}`, { cause: error });
  }
}

/** A promise that is awaited later: that it fails before then is nobody's crash. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
