import type { Redis } from 'ioredis';
import { type KeyScanOptions, ScanError, type ScanPosition } from '../cache/keyBrowser';
import type { CommandDeadlines } from './connectionDeadlines';
import type { DeniedCommands } from './deniedCommands';
import { explainFailure, isPermissionRefusal } from './failures';
import { keyBytes } from './keyCommands';
import { describeNode } from './nodeNames';
import { SCAN_START, type ScanPage, scannedShare, scanPage } from './scanPage';

export interface KeyScanSettings {
  readonly isCluster: boolean;
  /** Bounds each step. */
  readonly deadlines: CommandDeadlines;
  /** For messages, in ms. */
  readonly stepTimeoutMs: number;
  readonly denied: DeniedCommands;
}

/** How far one server was scanned. */
interface NodePosition {
  /** Where to go on; `undefined` when it is done. */
  readonly cursor: string | undefined;
  /** The connection that the cursor came over: another server, or the same one started anew, orders its keys differently. */
  readonly connection: unknown;
  /** Keys that it had when the scan began. */
  readonly keyCount: number | undefined;
}

class Position implements ScanPosition {
  constructor(
    readonly scanned: number,
    readonly total: number | undefined,
    readonly nodes: ReadonlyMap<string, NodePosition>,
  ) {}
}

/**
 * One scan over all masters, one after the other. The next page is asked for before the last one is looked at, so that the server
 * works meanwhile.
 */
export class KeyScan {
  private readonly nodes = new Map<string, NodePosition>();
  private readonly pattern: Buffer;
  private readonly type: string | undefined;
  /** Keys that were handed over. */
  private found = 0;
  private scanned = 0;
  private total: number | undefined;

  constructor(
    private readonly settings: KeyScanSettings,
    private readonly options: KeyScanOptions,
  ) {
    this.pattern = keyBytes(options.pattern ?? '*');
    this.type = options.type === 'json' ? 'ReJSON-RL' : options.type;
  }

  /** @returns where it was cancelled. @throws {ScanError} */
  async over(masters: readonly Redis[]): Promise<ScanPosition | undefined> {
    const former = this.options.resume instanceof Position ? this.options.resume : undefined;
    let current = masters[0];
    try {
      await Promise.all(masters.map((node) => this.prepare(node, former)));
      this.total = sumOf([...this.nodes.values()].map(({ keyCount }) => keyCount));
      this.scanned = former?.scanned ?? 0;
      this.found = this.scanned;
      for (const node of masters) {
        current = node;
        if (!(await this.finish(node))) {
          return this.position();
        }
      }
      return undefined;
    } catch (error) {
      if (error instanceof HandlerError) {
        throw error.cause;
      }
      throw this.failure(current as Redis, error);
    }
  }

  /** Where a server is to be begun, and how many keys it has. */
  private async prepare(node: Redis, former: Position | undefined): Promise<void> {
    const known = former?.nodes.get(describeNode(node));
    if (known !== undefined && (known.cursor === undefined || known.connection === node.stream)) {
      this.nodes.set(describeNode(node), known);
      return;
    }
    const keyCount = await countKeys(node, this.settings);
    this.nodes.set(describeNode(node), { cursor: SCAN_START, connection: node.stream, keyCount });
  }

  /** Scans what is left of a server. Resolves to false when it was cancelled. */
  private async finish(node: Redis): Promise<boolean> {
    const name = describeNode(node);
    const start = this.nodes.get(name) as NodePosition;
    const { keyCount } = start;
    const before = this.scannedOfDone();
    let { cursor, connection } = start;
    let scanning = cursor === undefined ? undefined : this.ask(node, cursor);
    try {
      while (scanning !== undefined) {
        const page: ScanPage = await scanning;
        if (this.options.signal?.aborted) {
          return false;
        }
        if (node.stream !== connection) {
          // What the cursor meant to the server that is gone, it does not mean to this one.
          connection = node.stream;
          scanning = this.ask(node, SCAN_START);
          continue;
        }
        cursor = page.cursor === SCAN_START ? undefined : page.cursor;
        scanning = cursor === undefined ? undefined : this.ask(node, cursor);
        await this.handOver(page, before + this.scannedOf(keyCount, cursor));
        this.nodes.set(name, { cursor, connection, keyCount });
      }
      return this.options.signal?.aborted !== true || this.isDone();
    } finally {
      await Promise.allSettled([scanning]);
    }
  }

  private async handOver(page: ScanPage, passed: number): Promise<void> {
    const bytes = page.keys;
    this.found += bytes.length;
    const isAll = this.options.pattern === undefined && this.type === undefined;
    // A table that is made smaller meanwhile takes the cursor a little back.
    this.scanned = Math.max(this.scanned, isAll || this.total === undefined ? this.found : passed);
    const scanned = this.total === undefined ? this.scanned : Math.min(this.scanned, this.total);
    try {
      await this.options.onPage({
        bytes,
        get keys() {
          return bytes.map((key) => key.toString('latin1'));
        },
        scanned,
        total: this.total,
      });
    } catch (error) {
      throw new HandlerError('The page was not taken.', { cause: error });
    }
  }

  private ask(node: Redis, cursor: string): Promise<ScanPage> {
    const page = this.settings.deadlines.within(scanPage(node, this.pattern, cursor, this.type));
    // It is awaited later: that it fails before then is nobody's crash.
    page.catch(() => {});
    return page;
  }

  /** Keys of a server that were passed. On a Cluster what a cursor says of that differs between versions of Redis. */
  private scannedOf(keyCount: number | undefined, cursor: string | undefined): number {
    if (keyCount === undefined || cursor === undefined) {
      return keyCount ?? 0;
    }
    return this.settings.isCluster ? 0 : Math.floor(scannedShare(cursor) * keyCount);
  }

  private scannedOfDone(): number {
    const done = [...this.nodes.values()].filter(({ cursor }) => cursor === undefined);
    return done.reduce((sum, { keyCount = 0 }) => sum + keyCount, 0);
  }

  private isDone(): boolean {
    return [...this.nodes.values()].every(({ cursor }) => cursor === undefined);
  }

  private position(): Position {
    return new Position(this.scanned, this.total, new Map(this.nodes));
  }

  private failure(node: Redis, error: unknown): ScanError {
    const explained = explainFailure(error, undefined, describeNode(node), this.settings.stepTimeoutMs);
    const advice = isPermissionRefusal(error) ? ' Keys can be listed when the login may use SCAN.' : '';
    return new ScanError(`${explained}${advice}`, this.position(), { cause: error });
  }
}

/** Whoever took a page failed, and not a server. */
class HandlerError extends Error {}

/** How many keys a server has; `undefined` when the login may not ask. */
async function countKeys(
  node: Redis,
  { denied, deadlines }: Pick<KeyScanSettings, 'denied' | 'deadlines'>,
): Promise<number | undefined> {
  if (denied.has('DBSIZE')) {
    return undefined;
  }
  try {
    return await deadlines.within(node.dbsize());
  } catch (error) {
    if (denied.note('DBSIZE', error)) {
      return undefined;
    }
    throw error;
  }
}

/** `undefined` unless all are known. */
function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) {
      return undefined;
    }
    sum += count;
  }
  return sum;
}
