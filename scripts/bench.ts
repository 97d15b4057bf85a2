import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compareCaches, SCENARIOS, type Scenario } from '../bench/cacheBench';
import { formatComparison, isMet } from '../bench/comparison';
import { measureDashboard } from '../bench/dashboard';
import { type Figure, formatFigures, median } from '../bench/figures';
import { measureKeysTree } from '../bench/keysTree';
import { measureStartup } from '../bench/startup';
import { ensurePackage } from './setup/extensionPackage';
import { ensureSystemPrograms } from './setup/systemPackages';
import { installVsCodeServer } from './setup/vscodeServer';

const STARTUP = 'startup';
const DASHBOARD = 'dashboard';
const KEYS_TREE = 'keysTree';
const ALL = [STARTUP, KEYS_TREE, DASHBOARD, ...SCENARIOS];

/**
 * Measures, prints tables, and writes the same as JSON when asked to: `--json FILE`. `--only NAME` takes one scenario, and may
 * be given several times. Figures that miss their goal are no failure.
 */
export async function main(args: readonly string[]): Promise<number> {
  const options = { json: { type: 'string' }, only: { type: 'string', multiple: true } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const wanted = values.only ?? ALL;
  const unknown = wanted.find((name) => !ALL.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no scenario "${unknown}". Scenarios are: ${ALL.join(', ')}.`);
    return 1;
  }
  await ensureSystemPrograms(['redis', 'chromium']);
  const report = (line: string) => console.log(line);
  const comparisons = await compareCaches(
    SCENARIOS.filter((name): name is Scenario => wanted.includes(name)),
    report,
  );
  const dashboard = wanted.includes(DASHBOARD) ? [{ scenario: DASHBOARD, ...(await measureDashboard(report)) }] : [];
  for (const comparison of [...comparisons, ...dashboard]) {
    console.log(`\n${formatComparison(comparison)}`);
  }
  const figures = [
    ...(wanted.includes(STARTUP) ? await inWindow(measureStartup) : []),
    ...(wanted.includes(KEYS_TREE) ? await inWindow(measureKeysTree) : []),
  ];
  if (values.json !== undefined) {
    const machine = { node: process.version, cores: cpus().length, platform: process.platform };
    const measured = figures.map((figure) => ({ ...figure, median: median(figure.values) }));
    const compared = [...comparisons, ...dashboard].map((comparison) => ({
      ...comparison,
      goals: comparison.goals.map((goal) => ({ ...goal, median: median(goal.values), isMet: isMet(goal) })),
    }));
    await writeFile(
      values.json,
      `${JSON.stringify({ machine, figures: measured, comparisons: compared }, undefined, 2)}\n`,
    );
  }
  return 0;
}

/** Measures in the packaged extension, in a real VS Code. */
async function inWindow(measure: (report: (line: string) => void) => Promise<Figure[]>): Promise<readonly Figure[]> {
  await installVsCodeServer();
  await ensurePackage();
  const figures = await measure((line) => console.log(line));
  console.log(`\n${formatFigures(figures)}`);
  return figures;
}
