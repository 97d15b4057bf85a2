import type {
  BenchmarkBars,
  BenchmarkChart,
  BenchmarkLine,
  BenchmarkRow,
  BenchmarkSection,
  BenchmarkView,
} from '../../protocol/benchmark';
import { compareReports, type ReportComparison } from '../../service/benchmarkComparison';
import { type BenchmarkReport, type Measure, median, type ScenarioReport } from '../../service/benchmarkReport';
import { describeFacts, formatComparison, formatFigure, formatNoise, summarise } from '../../service/benchmarkText';

/** Which bars stand together. Of each scenario those measures, one for each group. */
interface ChartPlan extends Pick<BenchmarkChart, 'id' | 'title' | 'unit' | 'isLogarithmic' | 'groups'> {
  readonly measures: readonly string[];
  readonly bars: readonly (Pick<BenchmarkBars, 'label' | 'colour'> & { readonly scenario: string })[];
}

const LATENCIES = { unit: 'ms', groups: ['p50', 'p95', 'p99'], measures: ['p50', 'p95', 'p99'] } as const;

const CHARTS: readonly ChartPlan[] = [
  {
    ...LATENCIES,
    id: 'reads',
    title: 'What a read takes',
    isLogarithmic: true,
    bars: [
      { label: 'From the miners', colour: 'miss', scenario: 'direct' },
      { label: 'From Redis (L2)', colour: 'l2', scenario: 'l2-latency' },
      { label: 'From the process (L1)', colour: 'l1', scenario: 'l1-latency' },
    ],
  },
  {
    id: 'throughput',
    title: 'Reads per second',
    unit: '/s',
    isLogarithmic: true,
    groups: ['1 reader', '10 readers', '100 readers'],
    measures: ['c1', 'c10', 'c100'],
    bars: [
      { label: 'From Redis (L2)', colour: 'l2', scenario: 'l2-throughput' },
      { label: 'From the process (L1)', colour: 'l1', scenario: 'l1-throughput' },
    ],
  },
  {
    ...LATENCIES,
    id: 'between',
    title: 'From one instance to another',
    isLogarithmic: false,
    bars: [
      { label: 'Invalidation', colour: 'stale', scenario: 'invalidation' },
      { label: 'Message', colour: 'bypass', scenario: 'messages' },
    ],
  },
];

const NOISE: readonly (Pick<BenchmarkLine, 'label' | 'colour'> & {
  readonly scenario: string;
  readonly measure: string;
})[] = [
  { label: 'Read from Redis, p50', colour: 'l2', scenario: 'l2-latency', measure: 'p50' },
  { label: 'Read from the process, p50', colour: 'l1', scenario: 'l1-latency', measure: 'p50' },
  { label: 'Invalidation, p50', colour: 'stale', scenario: 'invalidation', measure: 'p50' },
  { label: 'Messages per second', colour: 'bypass', scenario: 'messages', measure: 'rate' },
  { label: 'Entries warmed', colour: 'miss', scenario: 'warm-purge', measure: 'warmed' },
];

/** What the page shows of a report, held against an earlier one if there is one. */
export function present(report: BenchmarkReport, earlier: BenchmarkReport | undefined): BenchmarkView {
  const comparison = earlier && compareReports(report, earlier);
  return {
    run: report.run,
    title: `Benchmark, ${describeTime(report)}`,
    subtitle: `${report.size === 'full' ? 'Full' : 'Quick'}, over the connection ${report.connection.name} (${report.connection.address})`,
    summary: summarise(report),
    notes: report.notes,
    ...(comparison === undefined
      ? {}
      : {
          comparedWith: comparison.earlier.run,
          comparison: { title: describeRun(comparison.earlier), conditions: comparison.conditions },
        }),
    charts: CHARTS.flatMap((plan) => presentChart(plan, report, earlier)),
    noise: NOISE.flatMap(({ scenario, measure, ...line }) => {
      const { values } = find(report, scenario, measure) ?? { values: [] };
      const middle = median(values);
      return values.length < 2 || middle === 0 ? [] : [{ ...line, shares: values.map((value) => value / middle) }];
    }),
    sections: report.scenarios.map((scenario) => presentSection(scenario, comparison)),
    facts: describeFacts(report),
  };
}

/** Which run it was, for lists: `4 Mar 2026, 05:06, quick, plant`. */
export function describeRun(report: BenchmarkReport): string {
  return `${describeTime(report)}, ${report.size}, ${report.connection.name}`;
}

function describeTime({ startedAt }: BenchmarkReport): string {
  return new Date(startedAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

function presentChart(
  { measures, bars, ...plan }: ChartPlan,
  report: BenchmarkReport,
  earlier: BenchmarkReport | undefined,
): readonly BenchmarkChart[] {
  const found = bars.flatMap(({ scenario, ...look }): BenchmarkBars[] => {
    const figures = measures.map((measure) => find(report, scenario, measure));
    if (figures.every((figure) => figure === undefined)) {
      return [];
    }
    const of = (value: (values: readonly number[]) => number) =>
      figures.map((figure) => (figure === undefined ? null : value(figure.values)));
    const former = earlier && measures.map((measure) => medianOf(find(earlier, scenario, measure)));
    return [
      {
        ...look,
        medians: of(median),
        least: of((values) => Math.min(...values)),
        greatest: of((values) => Math.max(...values)),
        ...(former === undefined ? {} : { earlier: former }),
      },
    ];
  });
  return found.length === 0 ? [] : [{ ...plan, bars: found }];
}

function presentSection(scenario: ScenarioReport, comparison: ReportComparison | undefined): BenchmarkSection {
  const { id, title, description, notes } = scenario;
  const rows = scenario.measures.map((measure): BenchmarkRow => {
    const { label, unit, values } = measure;
    const compared = comparison?.of(id, measure.id);
    return {
      label,
      median: formatFigure(median(values), unit),
      noise: formatNoise(measure),
      repeats: values.map((value) => formatFigure(value, unit)),
      ...(compared === undefined
        ? {}
        : {
            compared: {
              earlier: formatFigure(compared.earlierMedian, unit),
              change: formatComparison(compared),
              verdict: compared.verdict,
            },
          }),
    };
  });
  return { id, title, description, notes, rows };
}

function find(report: BenchmarkReport, scenarioId: string, measureId: string): Measure | undefined {
  return report.scenarios.find(({ id }) => id === scenarioId)?.measures.find(({ id }) => id === measureId);
}

function medianOf(measure: Measure | undefined): number | null {
  return measure === undefined ? null : median(measure.values);
}
