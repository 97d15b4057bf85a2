import type { ReportComparison } from './benchmarkComparison';
import { type BenchmarkReport, median } from './benchmarkReport';
import { describeFacts, formatComparison, formatFigure, formatNoise, summarise } from './benchmarkText';

/** A benchmark as a document that people read and paste, with what became of each figure if it is compared. */
export function benchmarkMarkdown(report: BenchmarkReport, comparison?: ReportComparison): string {
  return `${[
    `# Fleet Cache benchmark, ${timeOf(report)}`,
    summarise(report)
      .map((sentence) => `- ${escapeText(sentence)}`)
      .join('\n'),
    ...report.notes.map(escapeText),
    table(['', ''], describeFacts(report)),
    ...(comparison === undefined ? [] : comparisonHead(comparison)),
    ...report.scenarios.flatMap((scenario) => [
      `## ${escapeText(scenario.title)}`,
      escapeText(scenario.description),
      ...scenario.notes.map((note) => `*${escapeText(note)}*`),
      ...(scenario.measures.length === 0 ? [] : [measureTable(scenario, comparison)]),
    ]),
    'A figure is the median of its repeats; its noise is how far apart the middle half of them are. A difference counts as better or worse only where it exceeds the noise of both runs together.',
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function comparisonHead({ earlier, conditions }: ReportComparison): readonly string[] {
  return [
    `Compared with ${timeOf(earlier)}.`,
    ...(conditions.length === 0 ? [] : [`Not alike: ${conditions.map(escapeText).join('; ')}.`]),
  ];
}

function measureTable(
  { id, measures }: BenchmarkReport['scenarios'][number],
  comparison: ReportComparison | undefined,
): string {
  const head = ['Figure', 'Median', 'Noise', ...(comparison === undefined ? [] : ['Earlier', 'Change'])];
  const rows = measures.map((measure) => {
    const compared = comparison?.of(id, measure.id);
    return [
      measure.label,
      formatFigure(median(measure.values), measure.unit),
      formatNoise(measure),
      ...(comparison === undefined
        ? []
        : compared === undefined
          ? ['–', '–']
          : [formatFigure(compared.earlierMedian, measure.unit), formatComparison(compared)]),
    ];
  });
  return table(head, rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeText).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function timeOf({ startedAt }: BenchmarkReport): string {
  return `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Names and what servers say is text, and no mark-up. */
function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>|#~]/g, '\\$&').replace(/\s+/g, ' ');
}
