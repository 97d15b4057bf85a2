const SECOND_MS = 1_000;
const SECONDS = 5;

/** How many there were per second, over the last five whole seconds; the second that still runs does not count. */
export class RateMeter {
  private readonly counts = new Map<number, number>();

  add(count: number, now: number): void {
    const second = Math.floor(now / SECOND_MS);
    this.counts.set(second, (this.counts.get(second) ?? 0) + count);
    this.forget(second);
  }

  perSecond(now: number): number {
    const second = Math.floor(now / SECOND_MS);
    this.forget(second);
    let sum = 0;
    for (const [of, count] of this.counts) {
      sum += of < second ? count : 0;
    }
    return sum / SECONDS;
  }

  clear(): void {
    this.counts.clear();
  }

  private forget(second: number): void {
    for (const of of this.counts.keys()) {
      if (of < second - SECONDS || of > second) {
        this.counts.delete(of);
      }
    }
  }
}
