import type { EntryWriter } from './entryWriter';
import { isDueEarly, type Random } from './expiry';
import type { CacheMetrics } from './metrics';
import type { CacheRequest } from './reading';
import type { Found, SecondTier } from './secondTier';
import type { SharedFlights } from './sharedFlights';
import type { SourceReader } from './sourceReader';

export interface RefreshAheadOptions {
  readonly secondTier: SecondTier;
  readonly sharedFlights: SharedFlights | undefined;
  readonly source: SourceReader;
  readonly writer: EntryWriter;
  readonly metrics: CacheMetrics;
  readonly random: Random;
}

/** Refreshes at a time; beyond it an entry expires, and the next reader fetches. */
const MAX_RUNNING = 32;

/** Fetches entries anew in the background before they expire, so that readers of what is read often never wait. */
export class RefreshAhead {
  private readonly running = new Set<string>();

  constructor(private readonly options: RefreshAheadOptions) {}

  /** Starts a refresh if the entry's remaining time and its cost suggest it. */
  startIfDue(request: CacheRequest<unknown>, leftMs: number, costMs: number): void {
    if (!isDueEarly(leftMs, costMs, this.options.random)) {
      return;
    }
    if (this.running.has(request.key) || this.running.size >= MAX_RUNNING) {
      return;
    }
    this.running.add(request.key);
    this.refresh(request)
      // The entry is still there, and whoever misses it will meet the error.
      .catch(() => {})
      .finally(() => this.running.delete(request.key));
  }

  private async refresh(request: CacheRequest<unknown>): Promise<void> {
    const { secondTier, sharedFlights, source, writer, metrics } = this.options;
    const found = await secondTier.look(request);
    if (found.generations === undefined) {
      return;
    }
    const lease = await sharedFlights?.tryLease(request, found.generations);
    if (sharedFlights !== undefined && lease === undefined) {
      return;
    }
    try {
      // Between the look and the lease another instance may have refreshed it, and gone.
      const latest = await secondTier.look(request);
      if (latest.generations === undefined || isNewer(latest, found)) {
        return;
      }
      metrics.recordBackgroundFetch(request.dataset);
      const fetched = await source.read(request, undefined);
      await writer.write(request, fetched, latest.generations, lease).written;
    } finally {
      await lease?.finish();
    }
  }
}

function isNewer({ fresh }: Found, former: Found): boolean {
  return fresh !== undefined && fresh.reading.fetchedAt > (former.fresh?.reading.fetchedAt ?? Number.NEGATIVE_INFINITY);
}
