import { inSlices } from '../base/slices';
import { type KeyBrowser, type KeyPage, type RawKey, ScanError, type ScanPosition } from '../cache/keyBrowser';
import { StoreError } from '../cache/store';
import type { CompiledFilter } from './keyFilter';
import type { DescribedKey, KeyScanProgress } from './keyLevels';
import type { KeyTree } from './keyTree';
import { knownKeysIn } from './knownKeys';

export interface KeyScansOptions {
  readonly browser: KeyBrowser;
  readonly tree: KeyTree;
  readonly filter: CompiledFilter;
  describe(keys: readonly RawKey[]): Promise<readonly (DescribedKey | undefined)[]>;
  /** A scan of this prefix began, or ended. */
  onProgress(prefix: RawKey): void;
}

export interface KeyScanCallbacks {
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: KeyScanProgress): void;
}

/** Bytes of the tree beyond which nothing more is listed: some ten million keys. */
const MAX_SIZE = 512 * 1024 * 1024;

/** A scan that was left, and how to go on. */
interface Left extends Begun {
  readonly position: ScanPosition;
}

interface Begun {
  readonly number: number;
  /** Whether nothing was listed below its prefix when it began. */
  readonly isFirst: boolean;
}

/** A scan that runs, and all who wait for it. */
interface Run {
  readonly end: AbortController;
  readonly listeners: Set<KeyScanCallbacks>;
  readonly done: Promise<{ readonly complete: boolean }>;
}

/** Lists keys below prefixes into the tree, and knows which levels are complete. */
export class KeyScans {
  private readonly runs = new Map<RawKey, Run>();
  private readonly left = new Map<RawKey, Left>();
  private readonly complete = new Set<RawKey>();
  private lastNumber = 0;
  private lastTotal: number | undefined;
  private isEnded = false;

  constructor(private readonly options: KeyScansOptions) {}

  /** The number of the scan that began last; what is found otherwise counts as found by it. */
  get number(): number {
    return this.lastNumber;
  }

  /** All keys in Redis as they were last counted. */
  get total(): number | undefined {
    return this.lastTotal;
  }

  isComplete(prefix: RawKey): boolean {
    return this.covering(prefix, (each) => this.complete.has(each)) !== undefined;
  }

  isScanning(prefix: RawKey): boolean {
    return this.runFor(prefix)?.end.signal.aborted === false;
  }

  /** See `KeyExplorer.scan`. */
  async scan(prefix: RawKey, callbacks: KeyScanCallbacks): Promise<{ readonly complete: boolean }> {
    // One that was cancelled lists nothing more, and leaves where it was when it has ended: only then it can go on from there.
    for (let run = this.runFor(prefix); run?.end.signal.aborted; run = this.runFor(prefix)) {
      await run.done.catch(() => {});
    }
    if (callbacks.signal?.aborted || this.isEnded) {
      return { complete: false };
    }
    const run = this.runFor(prefix) ?? this.start(prefix);
    return this.join(run, callbacks);
  }

  /** Ends all scans. */
  end(): void {
    this.isEnded = true;
    for (const { end } of this.runs.values()) {
      end.abort();
    }
  }

  private start(prefix: RawKey): Run {
    const end = new AbortController();
    const listeners = new Set<KeyScanCallbacks>();
    const done = this.list(prefix, listeners, end.signal).finally(() => {
      this.runs.delete(prefix);
      this.options.onProgress(prefix);
    });
    const run = { end, listeners, done };
    this.runs.set(prefix, run);
    this.options.onProgress(prefix);
    return run;
  }

  /** Waits for a run. It ends with the last who waits for it. */
  private async join(run: Run, callbacks: KeyScanCallbacks): Promise<{ readonly complete: boolean }> {
    const { signal } = callbacks;
    run.listeners.add(callbacks);
    let leave = () => {};
    const left = new Promise<{ readonly complete: boolean }>((resolve) => {
      leave = () => {
        run.listeners.delete(callbacks);
        if (run.listeners.size > 0) {
          resolve({ complete: false });
        } else {
          // Until it has ended, so that whoever begins another one does not meet it.
          run.end.abort();
          resolve(run.done);
        }
      };
    });
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([run.done, left]);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  private async list(
    prefix: RawKey,
    listeners: ReadonlySet<KeyScanCallbacks>,
    signal: AbortSignal,
  ): Promise<{ readonly complete: boolean }> {
    const { browser, tree, filter } = this.options;
    const former = this.left.get(prefix);
    const { number, isFirst }: Begun = former ?? { number: this.nextNumber(), isFirst: this.listedBelow(prefix) === 0 };
    try {
      await this.lookForKnown(prefix, number);
      const pattern = filter.patternFor(prefix);
      const { type } = filter.filter;
      const { position } = await browser.scan({
        ...(pattern === undefined ? {} : { pattern }),
        ...(type === undefined ? {} : { type }),
        signal,
        resume: former?.position,
        onPage: (page) => this.take(prefix, page, number, listeners),
      });
      if (position !== undefined) {
        this.left.set(prefix, { number, isFirst, position });
        return { complete: false };
      }
    } catch (error) {
      if (error instanceof ScanError) {
        this.left.set(prefix, { number, isFirst, position: error.position });
      }
      throw error;
    }
    this.left.delete(prefix);
    const namespace = tree.namespace(prefix);
    if (namespace !== -1 && !isFirst) {
      await inSlices(tree.sweep(namespace, number));
    }
    this.noteComplete(prefix);
    return { complete: true };
  }

  /** What is found without a scan is there before it. */
  private async lookForKnown(prefix: RawKey, number: number): Promise<void> {
    const { tree, filter, describe } = this.options;
    const keys = knownKeysIn(prefix).filter((key) => filter.passesByName(key));
    for (const described of keys.length === 0 ? [] : await describe(keys)) {
      if (described !== undefined && filter.passesByFacts(described)) {
        tree.add([described.raw], number);
      }
    }
  }

  private async take(
    prefix: RawKey,
    page: KeyPage,
    number: number,
    listeners: ReadonlySet<KeyScanCallbacks>,
  ): Promise<void> {
    const { tree } = this.options;
    tree.add(await this.passing(page), number);
    requireRoom(tree);
    const { scanned, total } = page;
    this.lastTotal = total;
    const progress = { listed: this.listedBelow(prefix), scanned, total };
    for (const listener of [...listeners]) {
      listener.onProgress?.(progress);
    }
  }

  /** The keys of a page that the filter lets through. */
  private async passing(page: KeyPage): Promise<readonly (Uint8Array | RawKey)[]> {
    const { filter } = this.options;
    if (!filter.asksForName && !filter.needsFacts) {
      return page.bytes;
    }
    const passing = page.keys.filter((key) => filter.passesByName(key));
    if (!filter.needsFacts || passing.length === 0) {
      return passing;
    }
    const described = await this.options.describe(passing);
    return described
      .filter((key) => key !== undefined)
      .filter((key) => filter.passesByFacts(key))
      .map(({ raw }) => raw);
  }

  private listedBelow(prefix: RawKey): number {
    const { tree } = this.options;
    const namespace = tree.namespace(prefix);
    return namespace === -1 ? 0 : tree.keyCount(namespace);
  }

  private noteComplete(prefix: RawKey): void {
    for (const known of [this.complete, this.left]) {
      for (const each of [...known.keys()]) {
        if (each.startsWith(prefix)) {
          known.delete(each);
        }
      }
    }
    this.complete.add(prefix);
  }

  private nextNumber(): number {
    this.lastNumber++;
    return this.lastNumber;
  }

  private runFor(prefix: RawKey): Run | undefined {
    const covering = this.covering(prefix, (each) => this.runs.has(each));
    return covering === undefined ? undefined : this.runs.get(covering);
  }

  /** The first of the prefixes that a level is below, from the top on, that has something; the level's own is the last. */
  private covering(prefix: RawKey, has: (prefix: RawKey) => boolean): RawKey | undefined {
    let end = 0;
    for (;;) {
      const each = prefix.slice(0, end);
      if (has(each)) {
        return each;
      }
      if (end === prefix.length) {
        return undefined;
      }
      const separator = prefix.indexOf(':', end);
      end = separator === -1 ? prefix.length : separator + 1;
    }
  }
}

function requireRoom(tree: KeyTree): void {
  if (tree.size > MAX_SIZE) {
    throw new StoreError(
      'There are more keys than can be listed at a time. Set a filter, such as a pattern, to list fewer of them.',
    );
  }
}
