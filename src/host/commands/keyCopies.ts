import * as vscode from 'vscode';
import { settleBounded } from '../../base/concurrency';
import { FleetCacheError } from '../../base/errors';
import type { KeyReading } from '../../service/keyReader';
import { plural } from '../format';
import { valueBody } from '../keys/keyDocumentText';
import { redisCliCommand, serverFlags } from '../keys/redisCliCommand';
import { withProgress } from '../progress';
import type { KeyNode } from '../views/keyNodes';
import { type CommandParts, requireServices } from './commandParts';

const SHOWN_MS = 5_000;
const CONCURRENCY = 8;
/** Values that are copied at a time; the clipboard is no export. */
const MOST_VALUES = 100;

/** *Copy Key*: whole names, one a line. */
export async function copyKeys({ session }: CommandParts, keys: readonly KeyNode[]): Promise<void> {
  const { keyExplorer } = await requireServices(session);
  await copy(keys.map(({ raw }) => keyExplorer.shown(raw)).join('\n'), plural(keys.length, 'key'));
}

/** *Copy redis-cli Command*: lines for a shell that show the values. */
export async function copyRedisCliCommands(
  { session, connections }: CommandParts,
  keys: readonly KeyNode[],
): Promise<void> {
  const { connection } = await requireServices(session);
  const flags = serverFlags(session.isDemo ? `redis://${connection.address}` : connections.active.url);
  const lines = keys.map(({ raw, known }) => redisCliCommand({ raw, type: known?.type }, flags));
  await copy(lines.join('\n'), plural(lines.length, 'command'));
}

/** *Copy Value*: an entry's data, or as much of another value as a document shows first. */
export async function copyKeyValues({ session }: CommandParts, keys: readonly KeyNode[]): Promise<void> {
  if (keys.length > MOST_VALUES) {
    throw new FleetCacheError(
      `Values of at most ${MOST_VALUES} keys can be copied together; ${keys.length} are selected.`,
    );
  }
  const { keyReader } = await requireServices(session);
  const readings = await withProgress(`Reading ${plural(keys.length, 'key')}`, 'keys', async (report, signal) => {
    let done = 0;
    const results = await settleBounded(
      keys,
      CONCURRENCY,
      async ({ raw }) => {
        const reading = await keyReader.read(raw);
        report(++done, keys.length);
        return reading;
      },
      signal,
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure?.status === 'rejected') {
      throw failure.reason;
    }
    return results.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
  });
  if (readings.length === 0) {
    throw new FleetCacheError('There is nothing to copy: the keys expired or were removed.');
  }
  const cut = readings.filter(isCut).length;
  const note = cut === 0 ? '' : `; of ${plural(cut, 'value')} only the first part`;
  await copy(readings.map(textOf).join('\n'), `${plural(readings.length, 'value')}${note}`);
}

function textOf({ content }: KeyReading): string {
  return content.type === 'entry' ? JSON.stringify(content.data, undefined, 2) : valueBody([content.value]);
}

function isCut({ content }: KeyReading): boolean {
  return content.type === 'value' && content.value.next !== undefined;
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`Copied ${what}`, SHOWN_MS);
}
