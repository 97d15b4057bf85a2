import type { Clock } from '../../../src/base/clock';
import { CancelledError } from '../../../src/base/errors';

/** What the source gives: its version at one moment, and which fetch brought it. */
export interface SourceData {
  readonly version: number;
  readonly fetchId: number;
}

export class SourceFailure extends Error {}

/** The read that a fetch was for. */
export interface FetchCause {
  readonly instance: string;
  /** When it began. */
  readonly from: number;
  /** Whether its instance had been told of every voiding of the key by then. */
  readonly isTold: boolean;
}

/** One read of the source (or the write of a write-through), in ticks: moments that only order events. */
export interface RecordedFetch {
  readonly id: number;
  readonly key: string;
  readonly kind: 'fetch' | 'write';
  readonly cause: FetchCause;
  readonly began: number;
  readonly beganAt: number;
  outcome: 'running' | 'data' | 'failed' | 'cancelled';
  /** By the server's clock, in ms. */
  endedAt: number;
  ended: number;
}

export interface RecordedSourceOptions {
  readonly clock: Clock;
  /** The next moment. */
  tick(): number;
}

/** A versioned source that remembers who asked it when. */
export class RecordedSource {
  readonly fetches: RecordedFetch[] = [];
  readonly failing = new Set<string>();
  latencyMs = 0;
  private readonly versions = new Map<string, number>();

  constructor(private readonly options: RecordedSourceOptions) {}

  version(key: string): number {
    return this.versions.get(key) ?? 0;
  }

  change(key: string): number {
    const version = this.version(key) + 1;
    this.versions.set(key, version);
    return version;
  }

  of(data: SourceData): RecordedFetch {
    const fetch = this.fetches[data.fetchId];
    if (fetch === undefined) {
      throw new Error(`No fetch ever brought ${JSON.stringify(data)}.`);
    }
    return fetch;
  }

  /** @param wire what lies between the instance and the source. */
  async fetch(
    key: string,
    cause: FetchCause,
    wire: (what: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<SourceData> {
    const record = this.record(key, 'fetch', cause);
    await wire(`ask source for ${key}`);
    const version = this.version(key);
    const fails = this.failing.has(key);
    await this.pause(this.latencyMs);
    await wire(`source answers ${key}`);
    this.end(record, signal?.aborted ? 'cancelled' : fails ? 'failed' : 'data');
    if (signal?.aborted) {
      throw new CancelledError();
    }
    if (fails) {
      throw new SourceFailure(`failure of fetch ${record.id}`);
    }
    return { version, fetchId: record.id };
  }

  async write(key: string, cause: FetchCause, wire: (what: string) => Promise<void>): Promise<SourceData> {
    const record = this.record(key, 'write', cause);
    await wire(`write source ${key}`);
    const version = this.change(key);
    await wire(`source wrote ${key}`);
    this.end(record, 'data');
    return { version, fetchId: record.id };
  }

  private record(key: string, kind: RecordedFetch['kind'], cause: FetchCause): RecordedFetch {
    const record: RecordedFetch = {
      id: this.fetches.length,
      key,
      kind,
      cause,
      began: this.options.tick(),
      beganAt: this.options.clock.now(),
      outcome: 'running',
      endedAt: 0,
      ended: 0,
    };
    this.fetches.push(record);
    return record;
  }

  private end(record: RecordedFetch, outcome: RecordedFetch['outcome']): void {
    record.outcome = outcome;
    record.ended = this.options.tick();
    record.endedAt = this.options.clock.now();
  }

  private async pause(ms: number): Promise<void> {
    if (ms > 0) {
      await new Promise<void>((resolve) => this.options.clock.setTimeout(resolve, ms));
    }
  }
}
