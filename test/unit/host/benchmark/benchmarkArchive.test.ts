import { describe, expect, it } from 'vitest';
import type { Memento } from 'vscode';
import { BenchmarkArchive } from '../../../../src/host/benchmark/benchmarkArchive';
import { benchmarkReport } from '../../../fixtures/benchmarkReport';

/** As VS Code keeps it: as JSON. */
function memento(): Memento {
  const kept = new Map<string, string>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string) => {
      const text = kept.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    update: async (key: string, value: unknown) => {
      kept.set(key, JSON.stringify(value));
    },
  } as Memento;
}

const at = (minute: number) => `2026-03-04T05:${String(minute).padStart(2, '0')}:00.000Z`;

describe('the kept benchmarks', () => {
  it('are the latest ones, the newest first, each of them once', async () => {
    const archive = new BenchmarkArchive(memento());
    expect(await archive.all()).toEqual([]);
    for (let run = 0; run < 25; run++) {
      await archive.add(benchmarkReport({ run: `run-${run}`, startedAt: at(run) }));
    }
    await archive.add(benchmarkReport({ run: 'run-24', startedAt: at(24), notes: ['again'] }));
    const runs = (await archive.all()).map(({ run }) => run);
    expect(runs).toHaveLength(20);
    expect(runs.slice(0, 2)).toEqual(['run-24', 'run-23']);
    expect(await archive.find('run-24')).toMatchObject({ notes: ['again'] });
    expect(await archive.find('run-1')).toBeUndefined();
  });

  it('give the latest before one that measured as much over the same connection', async () => {
    const archive = new BenchmarkArchive(memento());
    const report = benchmarkReport({ run: 'now', startedAt: at(9) });
    for (const other of [
      benchmarkReport({ run: 'old', startedAt: at(1) }),
      benchmarkReport({ run: 'right', startedAt: at(2) }),
      benchmarkReport({ run: 'other size', startedAt: at(3), size: 'full' }),
      benchmarkReport({ run: 'elsewhere', startedAt: at(4), connection: { name: 'other', address: 'x' } }),
      benchmarkReport({ run: 'later', startedAt: at(10) }),
      report,
    ]) {
      await archive.add(other);
    }
    expect((await archive.before(report))?.run).toBe('right');
    expect(await archive.before(benchmarkReport({ startedAt: at(0) }))).toBeUndefined();
  });

  it('leave out what another version kept', async () => {
    const state = memento();
    await state.update('benchmarks', [{ version: 7 }, benchmarkReport(), 'text']);
    expect(await new BenchmarkArchive(state).all()).toEqual([benchmarkReport()]);
    await state.update('benchmarks', 'text');
    expect(await new BenchmarkArchive(state).all()).toEqual([]);
  });
});
