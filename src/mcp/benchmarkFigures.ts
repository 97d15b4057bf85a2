import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { BenchmarkArchive } from '../service/benchmarkArchive';
import { type BenchmarkReport, median, noise } from '../service/benchmarkReport';
import { cleanText } from './untrusted';

/** The kept report of a run, named as it is shown; the latest one when none is named. @throws {McpError} that says what to do. */
export async function requireReport(archive: BenchmarkArchive, run: string | undefined): Promise<BenchmarkReport> {
  const kept = await archive.all();
  const found =
    run === undefined ? kept[0] : kept.find((report) => report.run === run || cleanText(report.run) === run);
  if (found !== undefined) {
    return found;
  }
  throw new McpError(
    ErrorCode.InvalidParams,
    run === undefined || kept.length === 0
      ? 'No benchmark is kept. run_benchmark makes one, where anything may be changed.'
      : `No benchmark ${cleanText(run)} is kept. list_benchmarks names those that are.`,
  );
}

/** All figures of a report, each the median of its repeats with its noise. */
export function figuresOf({ scenarios }: BenchmarkReport) {
  return scenarios.flatMap(({ id, measures }) =>
    measures.map(({ id: measureId, label, values, unit, better }) => ({
      measureId,
      scenario: cleanText(id),
      figure: cleanText(label),
      median: significant(median(values)),
      noise: significant(noise(values)),
      unit,
      better,
    })),
  );
}

/** To three digits: figures are from a few hundred ns to millions per second. */
export function significant(value: number): number {
  return Number(value.toPrecision(3));
}
