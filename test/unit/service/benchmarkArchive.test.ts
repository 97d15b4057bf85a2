import { describe, expect, it } from 'vitest';
import { BenchmarkArchive, processMemory, type ReportMemory } from '../../../src/service/benchmarkArchive';
import { benchmarkReport } from '../../fixtures/benchmarkReport';

/** As VS Code keeps it: as JSON. */
function jsonMemory(text?: string): ReportMemory {
  let kept = text;
  return {
    get: () => (kept === undefined ? undefined : JSON.parse(kept)),
    async set(reports) {
      kept = JSON.stringify(reports);
    },
  };
}

const at = (minute: number) => `2026-03-04T05:${String(minute).padStart(2, '0')}:00.000Z`;

describe('the kept benchmarks', () => {
  it('are the latest ones, the newest first, each of them once', async () => {
    const archive = new BenchmarkArchive(jsonMemory());
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
    const archive = new BenchmarkArchive(processMemory());
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

  it('say so when there is another one', async () => {
    const archive = new BenchmarkArchive(processMemory());
    let changes = 0;
    const following = archive.onDidChange(() => {
      changes++;
    });
    await archive.add(benchmarkReport());
    expect(changes).toBe(1);
    following.dispose();
    await archive.add(benchmarkReport({ run: 'other' }));
    expect(changes).toBe(1);
  });

  it('leave out what another version kept', async () => {
    const mixed = jsonMemory(JSON.stringify([{ version: 7 }, benchmarkReport(), 'text']));
    expect(await new BenchmarkArchive(mixed).all()).toEqual([benchmarkReport()]);
    expect(await new BenchmarkArchive(jsonMemory('"text"')).all()).toEqual([]);
  });
});
