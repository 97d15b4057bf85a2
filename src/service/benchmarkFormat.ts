// By the name that the MCP SDK has for it: in one bundle with that, under another name, it would not be set up in time.
import * as z from 'zod/v4-mini';
import { ConfigurationError } from '../base/errors';
import type { BenchmarkReport } from './benchmarkReport';

/** Longer than any text of a report. */
const TEXT = z.string().check(z.maxLength(4_000));
const NUMBER = z.number();
const NOTES = z.array(TEXT).check(z.maxLength(100));

const MEASURE = z.object({
  id: TEXT,
  label: TEXT,
  unit: z.enum(['ms', '/s', 'fetches']),
  better: z.enum(['lower', 'higher']),
  values: z.array(NUMBER).check(z.minLength(1), z.maxLength(100)),
});

const SCENARIO = z.object({
  id: TEXT,
  title: TEXT,
  description: TEXT,
  measures: z.array(MEASURE).check(z.maxLength(20)),
  notes: NOTES,
});

const REPORT = z.object({
  version: z.literal(1),
  run: TEXT,
  size: z.enum(['quick', 'full']),
  startedAt: TEXT.check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)),
  durationMs: NUMBER,
  repeats: NUMBER,
  product: TEXT,
  connection: z.object({ name: TEXT, address: TEXT }),
  machine: z.object({
    cpus: NUMBER,
    cpuModel: TEXT,
    platform: TEXT,
    node: TEXT,
    memoryBytes: NUMBER,
    load: z.optional(NUMBER),
  }),
  redis: z.object({
    version: z.optional(TEXT),
    mode: z.optional(TEXT),
    masters: NUMBER,
    system: z.optional(TEXT),
    usedBytes: z.optional(NUMBER),
    limitBytes: z.optional(NUMBER),
    keys: z.optional(NUMBER),
    latencyMs: z.optional(NUMBER),
    denied: NOTES,
  }),
  scenarios: z.array(SCENARIO).check(z.maxLength(30)),
  notes: NOTES,
});

/** A report as a file: what {@link parseReport} reads. */
export function reportJson(report: BenchmarkReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** Reads what was kept or exported, by whatever version; `undefined` for what is no report of this version's shape. */
export function readReport(value: unknown): BenchmarkReport | undefined {
  const parsed = z.safeParse(REPORT, value);
  return parsed.success ? parsed.data : undefined;
}

/** Reads an exported file. @param name of the file, for the message. @throws {ConfigurationError} */
export function parseReport(text: string, name: string): BenchmarkReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigurationError(`${name} is not JSON. Choose a file that was exported as JSON from a benchmark.`);
  }
  const report = readReport(value);
  if (report === undefined) {
    throw new ConfigurationError(
      `${name} is no benchmark of this version of Fleet Cache. Choose a file that was exported as JSON from a benchmark.`,
    );
  }
  return report;
}
