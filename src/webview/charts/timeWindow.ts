import type { RangeName } from '../viewState';

const MINUTE_MS = 60_000;

const RANGE_MS: Readonly<Record<RangeName, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '6h': 360 * MINUTE_MS,
};
const SHORTEST_MS = 20_000;
const MOST_BUCKETS = 180;
const FINEST_MS = 5_000;

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretch of time that all charts show: the last minutes, one that was zoomed to, or one that stands still. */
export class TimeWindow {
  private zoomed: Stretch | undefined;
  private pausedAt: number | undefined;

  constructor(private name: RangeName) {}

  get range(): RangeName {
    return this.name;
  }

  get isPaused(): boolean {
    return this.pausedAt !== undefined;
  }

  get isZoomed(): boolean {
    return this.zoomed !== undefined;
  }

  show(range: RangeName): void {
    this.name = range;
    this.zoomed = undefined;
  }

  pause(now: number): void {
    this.pausedAt = now;
  }

  resume(): void {
    this.pausedAt = undefined;
    this.zoomed = undefined;
  }

  zoomTo(from: number, to: number): void {
    const middle = (from + to) / 2;
    const half = Math.max(to - from, SHORTEST_MS) / 2;
    this.zoomed = { from: middle - half, to: middle + half };
  }

  /** In by a factor below 1, out by one above. */
  zoomBy(factor: number, now: number): void {
    const { from, to } = this.at(now);
    const half = ((to - from) * factor) / 2;
    if (half * 2 >= RANGE_MS['6h']) {
      this.zoomed = undefined;
      this.name = '6h';
      return;
    }
    this.zoomTo((from + to) / 2 - half, (from + to) / 2 + half);
  }

  resetZoom(): void {
    this.zoomed = undefined;
  }

  at(now: number): Stretch {
    if (this.zoomed !== undefined) {
      return this.zoomed;
    }
    const to = this.pausedAt ?? now;
    return { from: to - RANGE_MS[this.name], to };
  }
}

/** How wide the buckets of a stretch are, so that there are not more than can be told apart. */
export function bucketMs({ from, to }: Stretch): number {
  return Math.max(FINEST_MS, Math.ceil((to - from) / MOST_BUCKETS / FINEST_MS) * FINEST_MS);
}
