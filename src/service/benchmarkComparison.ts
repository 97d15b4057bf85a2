import { type BenchmarkReport, type Measure, median, noise } from './benchmarkReport';

/**
 * What became of a figure. There is a verdict only where the two medians are further apart than the noise of both runs together; `noise` is everything that is nearer, `unknown` what was repeated too seldom to know its noise.
 */
export type Verdict = 'better' | 'worse' | 'noise' | 'unknown';

export interface MeasureComparison {
  readonly earlierMedian: number;
  /** By how much it is higher, as a share of the earlier one: -0.5 for half. `undefined` when that one was 0. */
  readonly change: number | undefined;
  readonly verdict: Verdict;
}

export interface ReportComparison {
  readonly earlier: BenchmarkReport;
  /** What was different about the two runs beside the figures, for people: then the figures tell of that too. */
  readonly conditions: readonly string[];
  /** `undefined` for what the earlier run did not measure. */
  of(scenarioId: string, measureId: string): MeasureComparison | undefined;
}

const FEWEST_REPEATS = 5;

/** Holds a benchmark against an earlier one. */
export function compareReports(now: BenchmarkReport, earlier: BenchmarkReport): ReportComparison {
  return {
    earlier,
    conditions: differentConditions(now, earlier),
    of(scenarioId, measureId) {
      const [current, former] = [now, earlier].map((report) => measureOf(report, scenarioId, measureId));
      return current === undefined || former === undefined ? undefined : compareMeasures(current, former);
    },
  };
}

export function compareMeasures(now: Measure, earlier: Measure): MeasureComparison {
  const [current, former] = [median(now.values), median(earlier.values)];
  return {
    earlierMedian: former,
    change: former === 0 ? undefined : current / former - 1,
    verdict: judge(now, earlier, current - former),
  };
}

function judge(now: Measure, earlier: Measure, difference: number): Verdict {
  if (Math.min(now.values.length, earlier.values.length) < FEWEST_REPEATS) {
    return 'unknown';
  }
  if (Math.abs(difference) <= noise(now.values) + noise(earlier.values)) {
    return 'noise';
  }
  return difference < 0 === (now.better === 'lower') ? 'better' : 'worse';
}

function measureOf(report: BenchmarkReport, scenarioId: string, measureId: string): Measure | undefined {
  return report.scenarios.find(({ id }) => id === scenarioId)?.measures.find(({ id }) => id === measureId);
}

function differentConditions(now: BenchmarkReport, earlier: BenchmarkReport): readonly string[] {
  const conditions: readonly (readonly [what: string, of: (report: BenchmarkReport) => string | number | undefined])[] =
    [
      ['benchmark', ({ size }) => size],
      ['connection', ({ connection }) => connection.name],
      ['Redis at', ({ connection }) => connection.address],
      ['Redis version', ({ redis }) => redis.version],
      ['masters', ({ redis }) => redis.masters],
      ['CPU', ({ machine }) => `${machine.cpus} × ${machine.cpuModel}`],
      ['system', ({ machine }) => machine.platform],
      ['Node.js', ({ machine }) => machine.node],
      ['Fleet Cache', ({ product }) => product],
    ];
  return conditions.flatMap(([what, of]) => {
    const [current, former] = [of(now), of(earlier)];
    return current === former ? [] : [`${what}: ${current ?? 'unknown'}, was ${former ?? 'unknown'}`];
  });
}
