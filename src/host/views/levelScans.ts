import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import type { RawKey } from '../../cache/keyBrowser';
import type { KeyExplorer } from '../../service/keyExplorer';
import type { KeyScanProgress } from '../../service/keyLevels';

/** Where the listing is. */
export type ScanState =
  | { readonly type: 'idle' }
  /** `isAgain`: all that it finds may be listed already. */
  | { readonly type: 'running'; readonly progress: KeyScanProgress | undefined; readonly isAgain: boolean }
  | { readonly type: 'cancelled'; readonly progress: KeyScanProgress | undefined }
  | { readonly type: 'failed'; readonly reason: string };

interface RunningScan {
  readonly cancellation: AbortController;
  /** Whether it lists again what is listed already, of which people need not hear. */
  readonly isQuiet: boolean;
  readonly isAgain: boolean;
  progress: KeyScanProgress | undefined;
}

/** All levels. */
const ROOT: RawKey = '';

/** Others' keys come and go untold, so all are listed again: after so many times as long as that took, and not before so many ms. */
const PAUSE_RATIO = 50;
const MIN_PAUSE_MS = 30_000;

/**
 * Which levels are being listed: each that is opened, once, until it is complete, a person cancels, or nobody sees the view any
 * more. Scans that end because the view is hidden go on when it is shown again.
 */
export class LevelScans implements Disposable {
  private readonly running = new Map<RawKey, RunningScan>();
  /** Levels that were opened, and are listed or were; of those a repaint begins no scan again. */
  private readonly begun = new Set<RawKey>();
  /** Levels to go on with when the view is shown. */
  private readonly interrupted = new Set<RawKey>();
  /** Levels to go on with when the person wants it. */
  private readonly stopped = new Set<RawKey>();
  private isVisible = false;
  private failure: string | undefined;
  private lastProgress: KeyScanProgress | undefined;
  private again: Disposable | undefined;

  /** @param onChange called when {@link state} may have changed; often while something runs. */
  constructor(
    private readonly explorer: Pick<KeyExplorer, 'scan' | 'level'>,
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {}

  get state(): ScanState {
    // The one that was begun first lists the most.
    const shown = [...this.running.values()].find(({ isQuiet }) => !isQuiet);
    if (shown !== undefined) {
      return { type: 'running', progress: shown.progress, isAgain: shown.isAgain };
    }
    if (this.failure !== undefined) {
      return { type: 'failed', reason: this.failure };
    }
    if (this.stopped.size === 0) {
      return { type: 'idle' };
    }
    return { type: 'cancelled', progress: this.lastProgress };
  }

  /** A level is shown: it is listed if it is not yet. */
  want(prefix: RawKey): void {
    if (this.begun.has(prefix)) {
      return;
    }
    this.begun.add(prefix);
    if (!this.isVisible) {
      this.interrupted.add(prefix);
      return;
    }
    const { complete, scanning } = this.explorer.level(prefix, { limit: 0 });
    if (!complete && !scanning) {
      this.start(prefix);
    }
  }

  /** A level is not shown any more. One that is opened again is looked at again. */
  leave(prefix: RawKey): void {
    this.begun.delete(prefix);
    this.interrupted.delete(prefix);
    this.running.get(prefix)?.cancellation.abort();
  }

  /** The person wants no more of it. */
  cancel(): void {
    for (const [prefix, { cancellation, isQuiet }] of this.running) {
      if (!isQuiet) {
        this.stopped.add(prefix);
      }
      cancellation.abort();
    }
  }

  /** Goes on with what was cancelled or failed. */
  resume(): void {
    const prefixes = [...this.stopped];
    this.stopped.clear();
    for (const prefix of prefixes) {
      this.start(prefix);
    }
  }

  /** Lists everything anew. */
  restart(): void {
    this.forget();
    this.begun.add(ROOT);
    this.start(ROOT);
  }

  /** Redis can be reached again: what failed goes on. */
  heal(): void {
    if (this.failure !== undefined) {
      this.resume();
    }
  }

  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    if (isVisible) {
      const prefixes = [...this.interrupted];
      this.interrupted.clear();
      for (const prefix of prefixes) {
        this.start(prefix);
      }
      return;
    }
    for (const [prefix, { cancellation }] of this.running) {
      // One that the person cancelled has not ended until Redis has answered, and does not go on by itself.
      if (!this.stopped.has(prefix)) {
        this.interrupted.add(prefix);
      }
      cancellation.abort();
    }
  }

  dispose(): void {
    this.forget();
  }

  private forget(): void {
    this.again?.dispose();
    for (const { cancellation } of this.running.values()) {
      cancellation.abort();
    }
    this.running.clear();
    this.begun.clear();
    this.interrupted.clear();
    this.stopped.clear();
    this.failure = undefined;
    this.lastProgress = undefined;
  }

  private start(prefix: RawKey, isQuiet = false): void {
    if (!this.isVisible) {
      this.interrupted.add(prefix);
      return;
    }
    // One that was cancelled a moment ago may not have ended yet.
    if (this.running.get(prefix)?.cancellation.signal.aborted === false) {
      return;
    }
    this.failure = undefined;
    const isAgain = this.explorer.level(prefix, { limit: 0 }).complete;
    const scan: RunningScan = { cancellation: new AbortController(), isQuiet, isAgain, progress: undefined };
    this.running.set(prefix, scan);
    void this.run(prefix, scan).finally(() => {
      if (this.running.get(prefix) === scan) {
        this.running.delete(prefix);
      }
      this.onChange();
    });
    this.onChange();
  }

  private async run(prefix: RawKey, scan: RunningScan): Promise<void> {
    const { signal } = scan.cancellation;
    const startedAt = this.clock.monotonic();
    const onProgress = (progress: KeyScanProgress) => {
      scan.progress = progress;
      if (!scan.isQuiet && !signal.aborted) {
        this.lastProgress = progress;
        this.onChange();
      }
    };
    try {
      const { complete } = await this.explorer.scan(prefix, { signal, onProgress });
      if (complete) {
        // It may have come to its end just before it was told to stop.
        this.stopped.delete(prefix);
      }
      if (complete && prefix === ROOT && this.running.get(prefix) === scan) {
        this.listAgainAfter(this.clock.monotonic() - startedAt);
      }
      if (!complete && this.stopped.has(prefix) && this.lastProgress !== undefined) {
        // The last pages came after it was told.
        const { listed } = this.explorer.level(prefix, { limit: 0 });
        this.lastProgress = { ...this.lastProgress, listed };
      }
    } catch (error) {
      if (!signal.aborted) {
        this.failure = describeError(error);
        this.stopped.add(prefix);
      }
    }
  }

  private listAgainAfter(tookMs: number): void {
    this.again?.dispose();
    const pauseMs = Math.max(MIN_PAUSE_MS, tookMs * PAUSE_RATIO);
    this.again = this.clock.setTimeout(() => this.start(ROOT, true), pauseMs);
  }
}
