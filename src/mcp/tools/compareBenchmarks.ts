import { z } from 'zod';
import { compareReports, type MeasureComparison, type Verdict } from '../../service/benchmarkComparison';
import { figuresOf, requireReport, significant } from '../benchmarkFigures';
import { MAX_ARGUMENT } from '../limits';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { charactersFor, rowsWithin } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

/** What is told beside the figures. */
const FRAME_CHARACTERS = 1_600;
const SHOWN_CONDITIONS = 9;
const SHOWN_NOTES = 3;
const VERDICTS = ['better', 'worse', 'noise', 'unknown'] as const satisfies readonly Verdict[];

const runArgument = z.string().min(1).max(MAX_ARGUMENT).optional();

export const compareBenchmarks = defineTool({
  name: 'compare_benchmarks',
  title: 'Compare benchmarks',
  description:
    'Whether the cache became faster or slower: holds one kept benchmark against an earlier one, figure by figure. Only a difference beyond the noise of both is called better or worse. concise tells just those, detailed every figure. Without an earlier run it tells the figures alone.',
  annotations: { readOnlyHint: true },
  input: {
    run: runArgument.describe('Of list_benchmarks; the latest by default.'),
    baseline: runArgument.describe('The earlier run; by default the latest before it of the same size and connection.'),
    response_format: schema.responseFormat,
  },
  output: {
    run: z.string(),
    startedAt: schema.time,
    baseline: z.string().optional().describe('Absent when there is none'),
    baselineStartedAt: schema.time.optional(),
    conditions: z.array(z.string()).describe('What else was different; then the figures tell of that too'),
    verdicts: z.record(z.enum(VERDICTS), schema.count).optional().describe('Figures by verdict'),
    figures: z.array(
      z.object({
        scenario: z.string().describe('direct: from the miners; l2: Redis; l1: this process'),
        figure: z.string(),
        unit: z.string(),
        better: z.string(),
        median: z.number(),
        noise: z.number().describe('How far apart the middle half of the repeats is'),
        baselineMedian: z.number().optional(),
        changePercent: z.number().optional(),
        verdict: z.enum(VERDICTS).optional().describe('noise: no more than chance. unknown: too few repeats.'),
      }),
    ),
    notes: z.array(z.string()),
    truncated: schema.truncated,
    notice: schema.notice,
  },
  async run({ run, baseline, response_format }, { services: { benchmarks } }) {
    const { archive } = benchmarks;
    const report = await requireReport(archive, run);
    const earlier = baseline === undefined ? await archive.before(report) : await requireReport(archive, baseline);
    const comparison = earlier && compareReports(report, earlier);
    const all = figuresOf(report).map(({ measureId, ...figure }) => {
      const compared = comparison?.of(figure.scenario, measureId);
      return { ...figure, ...(compared === undefined ? {} : describe(compared)) };
    });
    const figures =
      response_format === 'concise' && comparison !== undefined
        ? all.filter(({ verdict }) => verdict === 'better' || verdict === 'worse').sort(byChange)
        : all;
    const shown = rowsWithin(figures, charactersFor(response_format) - FRAME_CHARACTERS);
    return {
      run: cleanText(report.run),
      startedAt: report.startedAt,
      baseline: earlier && cleanText(earlier.run),
      baselineStartedAt: earlier?.startedAt,
      conditions: (comparison?.conditions ?? []).slice(0, SHOWN_CONDITIONS).map((each) => cleanText(each, 100)),
      verdicts: comparison && countVerdicts(all),
      figures: [...shown],
      notes: report.notes.slice(0, SHOWN_NOTES).map((note) => cleanText(note)),
      truncated: shown.length < figures.length ? true : undefined,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

interface Judged {
  readonly changePercent?: number | undefined;
  readonly verdict?: Verdict;
}

function describe({ earlierMedian, change, verdict }: MeasureComparison) {
  return {
    baselineMedian: significant(earlierMedian),
    changePercent: change === undefined ? undefined : significant(change * 100),
    verdict,
  };
}

/** The greatest change first. */
function byChange(a: Judged, b: Judged): number {
  return Math.abs(b.changePercent ?? 0) - Math.abs(a.changePercent ?? 0);
}

function countVerdicts(figures: readonly Judged[]): Record<Verdict, number> {
  const counts = { better: 0, worse: 0, noise: 0, unknown: 0 };
  for (const { verdict } of figures) {
    if (verdict !== undefined) {
      counts[verdict]++;
    }
  }
  return counts;
}
