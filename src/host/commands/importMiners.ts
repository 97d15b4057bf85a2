import { basename } from 'node:path';
import * as vscode from 'vscode';
import { describeError, FleetCacheError } from '../../base/errors';
import { type MergePlan, planMerge } from '../../fleet/inventoryEdit';
import { type CsvProblem, readMinersCsv } from '../../fleet/minersCsv';
import { plural } from '../format';
import { readInventoryText, writeInventoryText } from '../inventoryFile';
import { plainText, showInformation, showWithLog } from '../messages';
import type { CommandParts } from './commandParts';

const ADD = 'Add';
const MAX_BYTES = 32 * 1024 * 1024;
const SHOWN = 5;

/**
 * *Import Miners from CSV…*: adds the miners of a CSV file to the list, after it said what would be added, what is listed already and
 * what is wrong.
 *
 * @param file asked for when absent.
 */
export async function importMiners({ log }: CommandParts, file?: vscode.Uri): Promise<void> {
  const source = file ?? (await pickFile());
  if (source === undefined) {
    return;
  }
  const sourceName = basename(source.fsPath);
  const { entries, problems } = readMinersCsv(await readText(source, sourceName));
  for (const problem of problems) {
    log.warn(describe(sourceName, problem));
  }
  const [first] = problems;
  if (entries.length === 0) {
    const more = problems.length > 1 ? ` The log has all ${problems.length} problems.` : '';
    const cause = first === undefined ? `${sourceName} lists no miners.` : describe(sourceName, first);
    await showWithLog('error', `Nothing was imported. ${cause}${more}`, log);
    return;
  }
  const inventory = await readInventoryText();
  const plan = planMerge(inventory.text, entries);
  for (const { entry, listed, by } of plan.duplicates) {
    log.warn(
      `${sourceName}: ${entry.id} (${entry.host}) was left out: ${listed.id} has the same ${by} in ${inventory.name}.`,
    );
  }
  if (!(await confirm(plan, problems, sourceName, inventory.name))) {
    return;
  }
  await writeInventoryText(inventory, plan.text);
  log.info(`Imported ${plural(plan.added.length, 'miner')} from ${sourceName} into ${inventory.name}.`);
  showInformation(`Added ${plural(plan.added.length, 'miner')} to ${inventory.name}.`);
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Import Miners from CSV',
    openLabel: 'Import',
    filters: { CSV: ['csv', 'txt'], 'All files': ['*'] },
  });
  return picked?.[0];
}

async function readText(uri: vscode.Uri, name: string): Promise<string> {
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (bytes.length > MAX_BYTES) {
    throw new FleetCacheError(`${name} has ${bytes.length} bytes; at most ${MAX_BYTES} are read. Split it.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FleetCacheError(`${name} is not UTF-8 text (${describeError(error)}). Save it as “CSV UTF-8”.`);
  }
}

/** The dry run: nothing is written before somebody has read it. */
async function confirm(
  { added, duplicates }: MergePlan,
  problems: readonly CsvProblem[],
  sourceName: string,
  name: string,
): Promise<boolean> {
  const lines: string[] = [];
  if (duplicates.length > 0) {
    const ids = duplicates.slice(0, SHOWN).map(({ entry }) => entry.id);
    lines.push(
      `${plural(duplicates.length, 'miner is', 'miners are')} listed already and stay${duplicates.length === 1 ? 's' : ''} as listed: ${andMore(ids, duplicates.length)}.`,
    );
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, SHOWN).map((problem) => describe(sourceName, problem));
    lines.push(`${plural(problems.length, 'problem')}; those lines are left out:`, ...shown);
  }
  if (added.length === 0) {
    await vscode.window.showWarningMessage(plainText(`${sourceName} has no miners that ${name} does not list.`), {
      modal: true,
      detail: lines.join('\n'),
    });
    return false;
  }
  const ids = added.slice(0, SHOWN).map(({ id }) => id);
  const detail = [`New: ${andMore(ids, added.length)}.`, ...lines].join('\n');
  const question = `Add ${plural(added.length, 'miner')} from ${sourceName} to ${name}?`;
  return (await vscode.window.showInformationMessage(plainText(question), { modal: true, detail }, ADD)) === ADD;
}

function andMore(shown: readonly string[], total: number): string {
  return total > shown.length ? `${shown.join(', ')} and ${total - shown.length} more` : shown.join(', ');
}

function describe(name: string, { line, column, message }: CsvProblem): string {
  return `${name}, line ${line}, column ${column}: ${message}`;
}
