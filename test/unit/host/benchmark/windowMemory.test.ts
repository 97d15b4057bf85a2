import { expect, it } from 'vitest';
import type { Memento } from 'vscode';
import { windowMemory } from '../../../../src/host/benchmark/windowMemory';
import { benchmarkReport } from '../../../fixtures/benchmarkReport';

it('keeps benchmarks where VS Code keeps what outlives a window', async () => {
  const kept = new Map<string, string>();
  const state = {
    keys: () => [...kept.keys()],
    get: (key: string) => JSON.parse(kept.get(key) ?? 'null'),
    update: async (key: string, value: unknown) => {
      kept.set(key, JSON.stringify(value));
    },
  } as Memento;
  const memory = windowMemory(state);
  expect(memory.get()).toBeNull();
  await memory.set([benchmarkReport()]);
  expect(windowMemory(state).get()).toEqual([benchmarkReport()]);
  // The name under which earlier versions kept them.
  expect(state.keys()).toEqual(['benchmarks']);
});
