/** What a benchmark found. It is kept and exported as JSON, so that every field has to be plain data. */

/** `quick` takes about ten seconds, `full` about a minute. */
export type BenchmarkSize = 'quick' | 'full';

export type MeasureUnit = 'ms' | '/s' | 'fetches';

/** One figure, as it came out in each repeat. */
export interface Measure {
  /** Unique in its scenario. */
  readonly id: string;
  readonly label: string;
  readonly unit: MeasureUnit;
  readonly better: 'lower' | 'higher';
  /** One for each repeat; never empty. */
  readonly values: readonly number[];
}

export interface ScenarioReport {
  readonly id: string;
  readonly title: string;
  /** What is measured, and how. */
  readonly description: string;
  /** Empty when it could not be measured; the notes say why. */
  readonly measures: readonly Measure[];
  /** What one has to know to read the figures. */
  readonly notes: readonly string[];
}

export interface MachineFacts {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly platform: string;
  readonly node: string;
  readonly memoryBytes: number;
  /** Mean number of programs that wanted a CPU in the minute before; absent where the system does not tell. */
  readonly load?: number | undefined;
}

/** What Redis tells of itself; what it does not tell, or may not, is absent. */
export interface RedisFacts {
  readonly version?: string | undefined;
  /** `standalone`, `cluster`, … as the server says. */
  readonly mode?: string | undefined;
  readonly masters: number;
  readonly system?: string | undefined;
  readonly usedBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly keys?: number | undefined;
  /** A round trip of a PING, the median of several, in ms. */
  readonly latencyMs?: number | undefined;
  /** Commands that the login may not use. */
  readonly denied: readonly string[];
}

export interface BenchmarkReport {
  /** Of this shape. */
  readonly version: 1;
  readonly run: string;
  readonly size: BenchmarkSize;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** How often each scenario was measured, the first time aside, which only warms up. */
  readonly repeats: number;
  /** Version of the product. */
  readonly product: string;
  readonly connection: { readonly name: string; readonly address: string };
  readonly machine: MachineFacts;
  readonly redis: RedisFacts;
  readonly scenarios: readonly ScenarioReport[];
  /** About the run as a whole. */
  readonly notes: readonly string[];
}

/** The middle one; of an even number, between the two in the middle. `NaN` of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The noise of a figure, in its own unit: how far apart the middle half of its repeats are. A single repeat that something else on
 * the machine disturbed does not count for it. `NaN` of none.
 */
export function noise(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}

/** Between two values where the share falls between them. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === undefined || above === undefined ? Number.NaN : below + (above - below) * (place % 1);
}

/** The value that `share` (0 to 1) of all values do not exceed. `NaN` of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}
