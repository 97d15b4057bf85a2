import { z } from 'zod';
import { figuresOf } from '../benchmarkFigures';
import { cleanText } from '../untrusted';
import { charactersFor, rowsWithin } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

/** What is told beside the figures. */
const FRAME_CHARACTERS = 600;
const SHOWN_NOTES = 3;

export const runBenchmark = defineTool({
  name: 'run_benchmark',
  title: 'Run benchmark',
  description:
    'Measures the cache as it does here, on this machine and this Redis: reads with and without the cache, in keys of its own that are removed again. quick takes about ten seconds, full about a minute; one runs at a time. Changes no entry of the fleet.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  input: { size: z.enum(['quick', 'full']).default('quick'), response_format: schema.responseFormat },
  output: {
    run: z.string(),
    size: z.string(),
    startedAt: schema.time,
    durationMs: schema.milliseconds,
    figures: z.array(
      z.object({
        scenario: z.string().describe('direct: from the miners; l2: Redis; l1: this process'),
        figure: z.string(),
        median: z.number(),
        noise: z.number().describe('How far apart the middle half of the repeats is'),
        unit: z.string(),
        better: z.string(),
      }),
    ),
    notes: z.array(z.string()).describe('What one has to know to read the figures'),
    truncated: schema.truncated,
  },
  async run({ size, response_format }, { services, signal, progress }) {
    const report = await services.benchmarks.run(size, {
      signal,
      onProgress: ({ done, total }) => progress(done, total),
    });
    const figures = figuresOf(report).map(({ measureId: _, ...figure }) => figure);
    const shown = rowsWithin(figures, charactersFor(response_format) - FRAME_CHARACTERS);
    return {
      run: report.run,
      size: report.size,
      startedAt: report.startedAt,
      durationMs: Math.round(report.durationMs),
      figures: [...shown],
      notes: report.notes.slice(0, SHOWN_NOTES).map((note) => cleanText(note)),
      truncated: shown.length < figures.length ? true : undefined,
    };
  },
});
