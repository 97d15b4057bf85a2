/** Something that is measured; resolves to its figure. */
export type Run = () => Promise<number>;

/**
 * Runs all contenders once to warm up, then all of them in each repetition, each time beginning with another one: so that
 * neither a slow minute of the machine nor the place in the row favours anybody.
 *
 * @returns the figures by contender, one for each repetition.
 */
export async function interleave(
  contenders: Readonly<Record<string, Run>>,
  repetitions = 5,
): Promise<Map<string, number[]>> {
  const entries = Object.entries(contenders);
  const values = new Map(entries.map(([name]) => [name, [] as number[]]));
  for (const [, run] of entries) {
    await run();
  }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (let place = 0; place < entries.length; place++) {
      const [name, run] = entries[(repetition + place) % entries.length] as [string, Run];
      values.get(name)?.push(await run());
    }
  }
  return values;
}

/** Thousands of operations per second. */
export async function throughput(operations: number, run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return operations / (performance.now() - started);
}

/** The value that `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
