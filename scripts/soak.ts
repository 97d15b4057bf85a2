import { parseArgs } from 'node:util';
import { soakRound } from '../test/integration/chaos/soak';
import { ensureSystemPrograms } from './setup/systemPackages';

const MINUTE_MS = 60_000;

/**
 * Breaks Redis under readers at random until the time is over, a line for each round. A seed that is printed with
 * `violations` runs that round again: `npm run test:soak -- --rounds 1 --seed N`.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      rounds: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const [minutes, rounds, firstSeed] = [Number(values.minutes), Number(values.rounds), Number(values.seed)];
  if (!(minutes > 0) || !(rounds > 0) || !Number.isSafeInteger(firstSeed)) {
    throw new Error('Usage: npm run test:soak -- [--minutes M] [--rounds N] [--seed S]');
  }
  await ensureSystemPrograms(['redis']);
  const end = performance.now() + minutes * MINUTE_MS;
  let failed = 0;
  for (let round = 0; round < rounds && performance.now() < end; round++) {
    const { seed, scene, faults, report } = await soakRound(firstSeed + round);
    const { reads, slowestMs, longestStallMs, violations } = report;
    const figures = `${reads} reads, slowest ${Math.round(slowestMs)} ms, stalled ${Math.round(longestStallMs)} ms`;
    console.log(`seed ${seed}, ${scene}: ${faults.join(', ')}: ${figures}, ${violations.length} violations`);
    for (const violation of violations) {
      console.log(`  ${violation}`);
    }
    failed += violations.length > 0 ? 1 : 0;
  }
  return failed === 0 ? 0 : 1;
}
