import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { CacheMetrics } from './metrics';
import type { CacheRequest } from './reading';

/** When the source gave a value, in ms since the epoch, and what that took, in ms. */
export interface Origin {
  readonly fetchedAt: number;
  readonly costMs: number;
}

/** What the source gave. */
export interface Fetched<T> {
  readonly data: T;
  readonly origin: Origin;
}

/** Reads the source, and measures it. */
export class SourceReader {
  constructor(
    private readonly metrics: CacheMetrics,
    private readonly clock: Clock,
  ) {}

  /** @throws whatever the request's `fetch` throws. */
  async read<T>(request: CacheRequest<T>, signal: AbortSignal | undefined): Promise<Fetched<T>> {
    const startedAt = this.clock.monotonic();
    try {
      const data = await request.fetch(signal);
      return { data, origin: { fetchedAt: this.clock.now(), costMs: this.clock.monotonic() - startedAt } };
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.metrics.recordError(request.dataset);
      }
      throw error;
    } finally {
      this.metrics.recordFetch(request.dataset, this.clock.monotonic() - startedAt);
    }
  }
}
