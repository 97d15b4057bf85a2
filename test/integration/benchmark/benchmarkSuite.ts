import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { BENCHMARK_LEASE_KEY } from '../../../src/cache/benchmarkKeys';
import type { DirectReadings } from '../../../src/service/benchmarkMessages';
import type { BenchmarkReport } from '../../../src/service/benchmarkReport';
import { type BenchmarkThreadOptions, runInThread } from '../../../src/service/benchmarkThread';

const DIRECT: DirectReadings = { type: 'read', latenciesMs: [3, 4, 5], miners: 1 };

/** A quick benchmark in a thread, with readings of miners that are made up: there are none here. */
export function quickRun(
  script: string,
  url: string,
  options: Partial<BenchmarkThreadOptions> = {},
  password?: string,
): Promise<BenchmarkReport> {
  return runInThread({
    script,
    order: {
      run: randomUUID(),
      size: 'quick',
      product: '1.2.3',
      connection: 'test',
      redis: { url, secrets: { password }, commandTimeoutMs: 5_000 },
    },
    signal: new AbortController().signal,
    readDirectly: async () => DIRECT,
    onProgress() {},
    ...options,
  });
}

/** What a report notes, but for what a machine that is busy adds. */
export function notesOf({ notes }: BenchmarkReport): readonly string[] {
  return notes.filter((note) => !/^Stopped after \d of \d repeats/.test(note));
}

/** All keys of some servers, and what each of them expires in, in ms; -1 for never. */
export async function keysOf(ports: readonly number[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const port of ports) {
    const admin = new Redis(port, '127.0.0.1');
    try {
      const keys = await admin.keys('*');
      const ttls = (await admin.pipeline(keys.map((key) => ['pttl', key])).exec()) ?? [];
      for (const [index, key] of keys.entries()) {
        found.set(key, Number(ttls[index]?.[1]));
      }
    } finally {
      admin.disconnect();
    }
  }
  return found;
}

/** Of the names that were changed, those that no benchmark may touch. */
export function foreign(names: readonly string[]): readonly string[] {
  return names.filter((name) => !/^v1:bench:[\da-f-]{36}:/.test(name) && name !== BENCHMARK_LEASE_KEY);
}

/** Every scenario was measured as often as the report says, and nothing was strange. */
export function expectComplete(report: BenchmarkReport): void {
  expect(report.repeats).toBeGreaterThanOrEqual(1);
  for (const scenario of report.scenarios) {
    const measures = scenario.measures.filter(({ id }) => id !== 'recorded');
    expect(measures.length, `${scenario.id}: ${scenario.notes.join(' ')}`).toBeGreaterThanOrEqual(2);
    for (const { id, values } of measures) {
      expect(values, `${scenario.id} ${id}`).toHaveLength(report.repeats);
      expect(
        values.every((value) => value > 0),
        `${scenario.id} ${id}: ${values.join()}`,
      ).toBe(true);
    }
  }
}
