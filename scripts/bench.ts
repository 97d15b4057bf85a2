import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatFigures, median } from '../bench/figures';
import { measureStartup } from '../bench/startup';
import { ensurePackage } from './setup/extensionPackage';
import { ensureSystemPrograms } from './setup/systemPackages';
import { installVsCodeServer } from './setup/vscodeServer';

/** Measures, prints a table, and writes the same as JSON when asked to. Figures over their limit are no failure. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'string' } } });
  await ensureSystemPrograms(['redis', 'chromium']);
  await installVsCodeServer();
  await ensurePackage();
  const figures = await measureStartup((line) => console.log(line));
  console.log(`\n${formatFigures(figures)}`);
  if (values.json !== undefined) {
    const machine = { node: process.version, cores: cpus().length, platform: process.platform };
    const measured = figures.map((figure) => ({ ...figure, median: median(figure.values) }));
    await writeFile(values.json, `${JSON.stringify({ machine, figures: measured }, undefined, 2)}\n`);
  }
  return 0;
}
