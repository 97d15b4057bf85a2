import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import type { Plan } from '../../../src/benchmark/plan';
import { NotMeasurable, type Scenario, type Turn } from '../../../src/benchmark/scenario';
import { takeTurns } from '../../../src/benchmark/turns';
import type { World } from '../../../src/benchmark/world';
import { StoreError, type StoreHealth } from '../../../src/cache/store';
import type { BenchmarkProgress } from '../../../src/service/benchmarkMessages';

const PLAN: Plan = { repeats: 3, sliceMs: 1, warmed: 1, budgetMs: 60_000 };

function scenario(id: string, run: Scenario['run']): Scenario {
  const measure = { id: 'figure', label: 'Figure', unit: 'ms', better: 'lower' } as const;
  return { id, title: `Title of ${id}`, description: '', measures: [measure], run };
}

function take(
  scenarios: readonly Scenario[],
  options: { plan?: Plan; signal?: AbortSignal; health?: StoreHealth } = {},
) {
  const { health = { state: 'up' }, plan = PLAN, signal = new AbortController().signal } = options;
  const progress: BenchmarkProgress[] = [];
  const world = { first: { redis: { store: { health } } } } as World;
  const readDirectly: Turn['readDirectly'] = async () => ({ type: 'none', reason: '' });
  const onProgress = (each: BenchmarkProgress) => void progress.push(each);
  const report = takeTurns({ scenarios, world, plan, signal, readDirectly, onProgress });
  return { report, progress };
}

describe('the turns of a benchmark', () => {
  it('warm up first, and begin with another scenario each time', async () => {
    const order: string[] = [];
    const of = (id: string) =>
      scenario(id, async ({ number }) => {
        order.push(`${id}${number}`);
        return { figure: number + 0.123_456 };
      });
    const { report, progress } = take([of('a'), of('b')]);
    const { repeats, scenarios } = await report;
    expect(order.join(' ')).toBe('a0 b0 b1 a1 a2 b2 b3 a3');
    expect(repeats).toBe(3);
    expect(scenarios.map(({ id, measures }) => [id, measures[0]?.values])).toEqual([
      ['a', [1.123, 2.123, 3.123]],
      ['b', [1.123, 2.123, 3.123]],
    ]);
    expect(progress.map(({ done, total }) => `${done}/${total}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `${n}/8`),
    );
    expect(progress[2]?.title).toBe('Title of b');
  });

  it('go on without a scenario that cannot be measured, and say why, once', async () => {
    let runs = 0;
    const impossible = scenario('impossible', async () => {
      runs++;
      throw new NotMeasurable('Not here.');
    });
    const refused = scenario('refused', async () => {
      throw new StoreError('Not for you.');
    });
    const noted = scenario('noted', async ({ note }) => {
      note('Mind the gap.');
      return { figure: 1 };
    });
    const { scenarios } = await take([impossible, refused, noted]).report;
    expect(runs).toBe(1);
    expect(scenarios.map(({ measures, notes }) => [measures.length, notes])).toEqual([
      [0, ['Not here.']],
      [0, ['Not for you.']],
      [1, ['Mind the gap.']],
    ]);
  });

  it('end when Redis is lost, when something is wrong with the product, and when they are cancelled', async () => {
    const failing = (error: Error) => [scenario('failing', () => Promise.reject(error))];
    const down: StoreHealth = { state: 'down', reason: 'Nothing listens there.' };
    await expect(take(failing(new NotMeasurable('x')), { health: down }).report).rejects.toThrow(
      'Nothing listens there.',
    );
    await expect(take(failing(new TypeError('a bug'))).report).rejects.toThrow('a bug');
    const signal = AbortSignal.abort();
    await expect(take(failing(new Error('never run')), { signal }).report).rejects.toBeInstanceOf(CancelledError);
  });

  it('begin no further repeat when the time is up, but for the first', async () => {
    const { repeats, scenarios } = await take(
      [scenario('slow', async () => new Promise((resolve) => setTimeout(() => resolve({ figure: 1 }), 5)))],
      { plan: { ...PLAN, budgetMs: 1 } },
    ).report;
    expect(repeats).toBe(1);
    expect(scenarios[0]?.measures[0]?.values).toEqual([1]);
  });
});
