import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type {
  KeyBrowser,
  KeyDescriptions,
  KeyScanOptions,
  KeyValue,
  RawKey,
  ScanPosition,
  ValuePage,
} from '../cache/keyBrowser';
import { StoreError } from '../cache/store';
import type { RedisConnection } from './connection';
import { CommandDeadlines } from './connectionDeadlines';
import { DeniedCommands } from './deniedCommands';
import { KeyCommands, keyBytes } from './keyCommands';
import { KeyFactsReader } from './keyFacts';
import { inPages, pagesOf } from './keyPages';
import { KeyScan, type KeyScanSettings } from './keyScan';
import { KeyValueReader } from './keyValues';
import { wholeMilliseconds } from './wholeMilliseconds';

export interface RedisKeyBrowserOptions {
  readonly connection: RedisConnection;
  readonly clock: Clock;
  /** The longest that the scan of a page may take, in ms; other steps take the command timeout. */
  readonly stepTimeoutMs: number;
}

/** Looks at keys over the connection that entries are read over, in steps that leave it free for them. */
export class RedisKeyBrowser implements KeyBrowser, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly scanning: KeyScanSettings;
  private readonly commands: KeyCommands;
  private readonly facts: KeyFactsReader;
  private readonly values: KeyValueReader;

  constructor(private readonly options: RedisKeyBrowserOptions) {
    const { connection, clock, stepTimeoutMs } = options;
    const denied = new DeniedCommands(clock);
    const deadlines = this.disposables.add(new CommandDeadlines(stepTimeoutMs));
    this.scanning = { isCluster: connection.client.isCluster, deadlines, stepTimeoutMs, denied };
    this.commands = new KeyCommands(connection, denied);
    this.facts = new KeyFactsReader(this.commands);
    this.values = new KeyValueReader(this.commands, this.facts);
  }

  async scan(options: KeyScanOptions): Promise<{ readonly position: ScanPosition | undefined }> {
    const { connection } = this.options;
    // Waits for the very first connection, and asks nothing of a server that is known not to answer.
    const masters = await connection.execute(async () => connection.masters());
    if (masters.length === 0) {
      throw new StoreError('No master of the Redis Cluster is known. Try again when it is up.');
    }
    return { position: await new KeyScan(this.scanning, options).over(masters) };
  }

  describe(keys: readonly RawKey[]): Promise<KeyDescriptions> {
    return this.facts.describe(keys);
  }

  async texts(keys: readonly RawKey[]): Promise<readonly (string | undefined)[]> {
    const texts = await inPages(keys, (page) =>
      this.commands.demand(page.map((key) => ({ name: 'GET', key: keyBytes(key) }))),
    );
    return texts.map((text) => (Buffer.isBuffer(text) ? text.toString() : undefined));
  }

  read(key: RawKey, page?: ValuePage): Promise<KeyValue | undefined> {
    return this.values.read(key, page);
  }

  async setTtl(key: RawKey, ttlMs: number): Promise<boolean> {
    const command = { name: 'PEXPIRE', key: keyBytes(key), args: [wholeMilliseconds(ttlMs)] };
    const [reply] = await this.commands.demand([command]);
    return reply === 1;
  }

  async remove(keys: readonly RawKey[]): Promise<number> {
    let removed = 0;
    for (const page of pagesOf(keys)) {
      const replies = await this.commands.demand(page.map((key) => ({ name: 'UNLINK', key: keyBytes(key) })));
      removed += replies.filter((reply) => reply === 1).length;
    }
    return removed;
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
