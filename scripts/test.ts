import { checkLayers } from './checkLayers';
import { checkLockFile } from './completeLockFile';
import { ensureSystemPrograms, type SystemProgram } from './setup/systemPackages';
import { installVsCodeServer } from './setup/vscodeServer';
import { runHostTests } from './testHost';
import { addCounts, type Counts, type Failure, formatCounts, formatFailures, NO_COUNTS } from './testing/counts';
import { checkPackage } from './testing/packageCheck';
import { checkRunner, commandRunner, type Runner, tool } from './testing/runner';
import { vitestRunner } from './testing/vitestRunner';

/** Runners that are run together, and what they need. */
interface Group {
  readonly programs: readonly SystemProgram[];
  readonly vscode: boolean;
  readonly runners: readonly Runner[];
}

const MINUTE_MS = 60_000;
const PACKAGE = commandRunner('package', 'npm', 'run', '--silent', 'package');

/** Integration tests wait more than they compute. */
const INTEGRATION_WORKERS = 3;

/** In the order in which `npm test` runs them: what is quick and finds most comes first. */
const GROUPS: Readonly<Record<string, Group>> = {
  checks: {
    programs: [],
    vscode: false,
    runners: [
      commandRunner('biome', tool('biome'), 'ci', '--colors=off', '.'),
      checkRunner('lock file', checkLockFile),
      checkRunner('layers', checkLayers),
      commandRunner('types', tool('tsc'), '-p', '.'),
      commandRunner('page types', tool('tsc'), '-p', 'src/webview'),
      commandRunner('page test types', tool('tsc'), '-p', 'test/webview'),
      commandRunner('build', 'npm', 'run', '--silent', 'build'),
      PACKAGE,
      checkRunner('package contents', checkPackage),
    ],
  },
  unit: { programs: [], vscode: false, runners: [vitestRunner('unit', 8 * MINUTE_MS)] },
  integration: {
    programs: ['redis'],
    vscode: false,
    runners: [vitestRunner('integration', 15 * MINUTE_MS, INTEGRATION_WORKERS)],
  },
  webview: { programs: ['chromium'], vscode: false, runners: [vitestRunner('webview', 10 * MINUTE_MS)] },
  host: {
    programs: ['redis', 'chromium'],
    vscode: true,
    runners: [{ name: 'host', run: runHostTests }],
  },
  workbench: {
    programs: ['redis', 'chromium'],
    vscode: true,
    runners: [vitestRunner('workbench', 18 * MINUTE_MS)],
  },
};

/** Runs all groups, or those that are named, and prints the sum as the last line. */
export async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((name) => GROUPS[name] === undefined);
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(', ')}. Known: ${Object.keys(GROUPS).join(', ')}`);
  }
  const groups = Object.entries(GROUPS).filter(([name]) => args.length === 0 || args.includes(name));
  await setUp(groups.map(([, group]) => group));
  const needsPackage = args.length > 0 && !args.includes('checks') && groups.some(([, group]) => group.vscode);
  const runners = [...(needsPackage ? [PACKAGE] : []), ...groups.flatMap(([, group]) => group.runners)];
  const rows: string[] = [];
  const failures: Failure[] = [];
  let sum = NO_COUNTS;
  for (const runner of runners) {
    console.log(`\n── ${runner.name} ${'─'.repeat(Math.max(3, 76 - runner.name.length))}`);
    const start = performance.now();
    const counts = await runSafely(runner);
    const row = `${runner.name.padEnd(18)}${formatCounts(counts)} (${((performance.now() - start) / 1000).toFixed(1)} s)`;
    console.log(row);
    rows.push(row);
    failures.push(...(counts.failures ?? []));
    sum = addCounts(sum, counts);
  }
  console.log(`\n${'─'.repeat(80)}\n${[...formatFailures(failures), ...rows].join('\n')}\n`);
  console.log(formatCounts(sum));
  return sum.failed === 0 ? 0 : 1;
}

async function setUp(groups: readonly Group[]): Promise<void> {
  await ensureSystemPrograms([...new Set(groups.flatMap((group) => group.programs))]);
  if (groups.some((group) => group.vscode)) {
    await installVsCodeServer();
  }
}

async function runSafely(runner: Runner): Promise<Counts> {
  try {
    return await runner.run();
  } catch (error) {
    console.error(error);
    return { ...NO_COUNTS, failed: 1 };
  }
}
