import { type HistorySample, mergeSamples } from './metricsSample';

const FINE_MS = 60 * 60 * 1_000;
const KEPT_MS = 6 * FINE_MS;
/** Of the samples that are older than an hour. */
const COARSE_MS = 30_000;
/** More than a sample each five seconds gives, should samples ever come faster. */
const MAX_FINE = 1_000;
const MAX_COARSE = KEPT_MS / COARSE_MS;

/** The samples of the last hour one by one, and those of the five before that in spans of half a minute. */
export class SampleRings {
  private readonly fine: HistorySample[] = [];
  private readonly coarse: HistorySample[] = [];

  add(sample: HistorySample): void {
    for (const ring of [this.fine, this.coarse]) {
      // The machine's clock was set back: a chart's time goes one way.
      while ((ring.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= sample.at) {
        ring.pop();
      }
    }
    this.fine.push(sample);
    for (let [first] = this.fine; first !== undefined; [first] = this.fine) {
      if (first.at > sample.at - FINE_MS && this.fine.length <= MAX_FINE) {
        break;
      }
      this.fine.shift();
      this.addCoarse(first);
    }
    while (this.coarse.length > MAX_COARSE || (this.coarse[0]?.at ?? sample.at) <= sample.at - KEPT_MS) {
      this.coarse.shift();
    }
  }

  /** The oldest first. */
  all(): readonly HistorySample[] {
    return [...this.coarse, ...this.fine];
  }

  private addCoarse(sample: HistorySample): void {
    const last = this.coarse.at(-1);
    if (last !== undefined && Math.floor(last.at / COARSE_MS) === Math.floor(sample.at / COARSE_MS)) {
      this.coarse[this.coarse.length - 1] = mergeSamples(last, sample);
    } else {
      this.coarse.push(sample);
    }
  }
}
