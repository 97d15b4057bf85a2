import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { selfContainedOptions } from '../scripts/bundles.js';
import { CHECKOUT } from '../scripts/checkout';
import { startTestRedis } from '../test/fixtures/redis';
import type { Comparison } from './comparison';

/** In the order in which they run; each is a file in `scenarios/`. */
export const SCENARIOS = [
  'l1Hit',
  'l2Hit',
  'batch',
  'stampede',
  'invalidation',
  'purge',
  'keys',
  'memory',
  'summary',
  'warmFleet',
  'watch',
  'takeOver',
  'mcp',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

const SCENARIO_TIMEOUT_MS = 300_000;

/**
 * Measures the cache against its peers. Each scenario has a Redis of its own and a process of its own, which runs the bundled
 * and minified sources, as users do, and the peers bundled in the same way.
 */
export async function compareCaches(
  scenarios: readonly Scenario[],
  report: (line: string) => void,
): Promise<(Comparison & { readonly scenario: Scenario })[]> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
  try {
    const bundle = join(directory, 'scenarioProcess.js');
    const entryPoints = [join(CHECKOUT, 'bench', 'scenarioProcess.ts')];
    await build({ ...selfContainedOptions(), entryPoints, outfile: bundle, minify: true });
    const comparisons: (Comparison & { readonly scenario: Scenario })[] = [];
    for (const scenario of scenarios) {
      const started = performance.now();
      comparisons.push({ scenario, ...(await runScenario(bundle, scenario)) });
      report(`${scenario}: ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    }
    return comparisons;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runScenario(bundle: string, scenario: Scenario): Promise<Comparison> {
  const redis = await startTestRedis();
  try {
    const child = fork(bundle, [scenario, String(redis.port)], { execArgv: ['--expose-gc'] });
    try {
      return await comparisonOf(child, scenario);
    } finally {
      child.kill('SIGKILL');
    }
  } finally {
    await redis.stop();
  }
}

function comparisonOf(child: ChildProcess, scenario: Scenario): Promise<Comparison> {
  return new Promise((resolve, reject) => {
    const fail = (cause: string) => {
      clearTimeout(timer);
      reject(new Error(`the scenario ${scenario} failed: ${cause}`));
    };
    const timer = setTimeout(() => fail(`it took longer than ${SCENARIO_TIMEOUT_MS / 1_000} s`), SCENARIO_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`its process ended with ${code ?? signal}`));
    child.once('message', (message: { readonly comparison?: Comparison; readonly error?: string }) => {
      clearTimeout(timer);
      if (message.comparison === undefined) {
        fail(message.error ?? 'it gave no result');
      } else {
        resolve(message.comparison);
      }
    });
  });
}
