import { z } from 'zod';
import { type BenchmarkReport, median } from '../../service/benchmarkReport';
import { describeFacts, summarise } from '../../service/benchmarkText';
import { significant } from '../benchmarkFigures';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { charactersFor, rowsWithin } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

/** What is told beside the rows. */
const FRAME_CHARACTERS = 400;

const readTime = z.number().optional();

export const listBenchmarks = defineTool({
  name: 'list_benchmarks',
  title: 'List benchmarks',
  description:
    'The benchmarks of the cache that were run here before, the newest first: when, over which connection, and what a read takes from a miner, from Redis and from this process. detailed adds what the figures come to in sentences, and the machine. To hold one against another use compare_benchmarks.',
  annotations: { readOnlyHint: true },
  input: { response_format: schema.responseFormat },
  output: {
    kept: schema.count.describe('Benchmarks that are kept'),
    benchmarks: z.array(
      z.object({
        run: z.string().describe('Names it for compare_benchmarks and cache:///benchmarks/{run}'),
        startedAt: schema.time,
        size: z.string().describe('quick or full'),
        connection: z.string(),
        readMs: z
          .object({ miner: readTime, l2: readTime, l1: readTime })
          .describe('Median of a read, ms; l2: Redis, l1: this process'),
        summary: z.array(z.string()).optional(),
        facts: z.array(z.string()).optional().describe('Machine, Redis, versions'),
      }),
    ),
    truncated: schema.truncated,
    notice: schema.notice,
  },
  async run({ response_format }, { services: { benchmarks } }) {
    const reports = await benchmarks.archive.all();
    const rows = reports.map((report) => describe(report, response_format === 'detailed'));
    const shown = rowsWithin(rows, charactersFor(response_format) - FRAME_CHARACTERS);
    return {
      kept: reports.length,
      benchmarks: [...shown],
      truncated: shown.length < rows.length ? true : undefined,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

function describe(report: BenchmarkReport, isDetailed: boolean) {
  const { run, startedAt, size, connection } = report;
  const readMs = {
    miner: medianOf(report, 'direct', 'p50') ?? medianOf(report, 'direct', 'recorded'),
    l2: medianOf(report, 'l2-latency', 'p50'),
    l1: medianOf(report, 'l1-latency', 'p50'),
  };
  const details = {
    summary: summarise(report).map((sentence) => cleanText(sentence)),
    facts: describeFacts(report).map(([name, value]) => cleanText(`${name}: ${value}`)),
  };
  const facts = { run: cleanText(run), startedAt, size, connection: cleanText(connection.name), readMs };
  return { ...facts, ...(isDetailed ? details : {}) };
}

function medianOf({ scenarios }: BenchmarkReport, scenarioId: string, measureId: string): number | undefined {
  const measures = scenarios.find(({ id }) => id === scenarioId)?.measures;
  const found = measures?.find(({ id }) => id === measureId);
  return found && significant(median(found.values));
}
