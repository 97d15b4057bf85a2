import type { Memento } from 'vscode';
import type { ReportMemory } from '../../service/benchmarkArchive';

const KEY = 'benchmarks';

/** Keeps the benchmarks of this machine, of whatever window. */
export function windowMemory(state: Memento): ReportMemory {
  return {
    get: () => state.get<unknown>(KEY),
    set: (reports) => state.update(KEY, reports),
  };
}
