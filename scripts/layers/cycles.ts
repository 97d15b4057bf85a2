/** A way from each file that imports itself in the end, back to it; one per group of files that import each other. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const inSomeCycle = new Set<string>();
  for (const start of graph.keys()) {
    if (inSomeCycle.has(start)) {
      continue;
    }
    const cycle = shortestWay(graph, start);
    if (cycle !== undefined) {
      cycles.push(cycle);
      for (const file of cycle) {
        inSomeCycle.add(file);
      }
    }
  }
  return cycles;
}

/** The shortest way from a file back to itself, which it begins and ends with. */
function shortestWay(graph: ReadonlyMap<string, readonly string[]>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [start];
        for (let step: string | undefined = file; step !== undefined && step !== start; step = cameFrom.get(step)) {
          way.unshift(step);
        }
        return [start, ...way];
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, file);
        queue.push(next);
      }
    }
  }
  return undefined;
}
