import * as vscode from 'vscode';
import { settleBounded } from '../../base/concurrency';
import { describeError } from '../../base/errors';
import type { FleetServices } from '../../service/fleetServices';
import { formatCount, plural } from '../format';
import { plainText, showInformation, showWithLog } from '../messages';
import { withProgress } from '../progress';
import { parseTtl, ttlText } from '../ttlText';
import type { KeyNode } from '../views/keyNodes';
import { ttlLeftMs } from '../views/keyText';
import { type CommandParts, requireServices } from './commandParts';
import { askConsent } from './typedConfirmation';

/** Keys that are worked on at a time. */
const CONCURRENCY = 8;
/** Names in a question. */
const SAMPLE = 10;

/** *Set TTL…*: has keys expire after a time that is written in words. */
export async function setKeyTtl({ session, log, keysView }: CommandParts, keys: readonly KeyNode[]): Promise<void> {
  const services = await requireServices(session);
  await services.connection.access.require(`set the TTL of ${plural(keys.length, 'key')}`);
  const ttlMs = await askTtl(services, keys);
  if (ttlMs === undefined) {
    return;
  }
  const consent = await askForeignConsent(services, keys, 'Set the TTL of', 'Set TTL');
  if (consent === undefined) {
    return;
  }
  const title = `Setting the TTL of ${plural(keys.length, 'key')}`;
  const outcome = await overKeys(keys, title, async ({ raw }) =>
    (await services.keyEditor.setTtl(raw, ttlMs, consent)) ? 'done' : 'gone',
  );
  await keysView.noteChanged(keys);
  await tell(outcome, `now expire in ${ttlText(ttlMs)}`, log);
}

/** *Refresh Now*: fetches entries anew from their miners, through the cache. */
export async function refreshKeys({ session, log, keysView }: CommandParts, keys: readonly KeyNode[]): Promise<void> {
  const services = await requireServices(session);
  await services.connection.access.require(`refresh ${plural(keys.length, 'key')}`);
  const title = `Refreshing ${plural(keys.length, 'key')}`;
  const outcome = await overKeys(keys, title, async ({ raw }, signal) => {
    await services.keyEditor.refresh(raw, signal);
    return 'done';
  });
  await keysView.noteChanged(keys);
  await tell(outcome, 'fetched anew', log);
}

/** *Delete Key…*: asks with the count and some of the names; on production the connection's name is typed. */
export async function deleteKeys({ session, log, keysView }: CommandParts, keys: readonly KeyNode[]): Promise<void> {
  const services = await requireServices(session);
  const count = plural(keys.length, 'key');
  await services.connection.access.require(`delete ${count}`);
  // What is not the cache's is asked about with words of its own.
  const own = keys.filter(({ isOwn }) => isOwn);
  const isMeant = own.length === 0 || (await askDeletion(services, own));
  const consent = isMeant ? await askForeignConsent(services, keys, 'Delete', 'Delete') : undefined;
  if (consent === undefined) {
    return;
  }
  const { removed, cancelled } = await withProgress(`Deleting ${count}`, 'keys', (report, signal) =>
    services.keyEditor.remove(
      keys.map(({ raw }) => raw),
      { ...consent, signal, onProgress: ({ done }) => report(done, keys.length) },
    ),
  );
  await keysView.noteChanged(keys);
  const missing = keys.length - removed;
  const gone = missing > 0 && !cancelled ? ` ${plural(missing, 'key was', 'keys were')} gone already.` : '';
  log.info(`Deleted ${plural(removed, 'key')}, for example ${sampleOf(services, keys)}.`);
  showInformation(`${cancelled ? 'Cancelled. ' : ''}Deleted ${plural(removed, 'key')}.${gone}`);
}

function askDeletion(services: FleetServices, keys: readonly KeyNode[]): Promise<boolean> {
  const isOne = keys.length === 1;
  const sample = sampleOf(services, keys);
  return askConsent(services.connection, {
    title: 'Delete Keys',
    message: `Delete ${isOne ? sample : plural(keys.length, 'key')}?`,
    detail: `${isOne ? '' : `${sample}\n\n`}This cannot be undone. What the cache lacks, the next reads fetch from the miners again.`,
    button: 'Delete',
  });
}

/**
 * Keys that are not the cache's are somebody else's: that is asked each time.
 *
 * @returns what to tell the editor; `undefined` when the person leaves them alone.
 */
async function askForeignConsent(
  services: FleetServices,
  keys: readonly KeyNode[],
  verb: string,
  button: string,
): Promise<{ readonly allowForeign?: boolean } | undefined> {
  const foreign = keys.filter(({ isOwn }) => !isOwn);
  if (foreign.length === 0) {
    return {};
  }
  const [which, them, noun] =
    foreign.length === 1
      ? ['a key that is', 'it', 'Key']
      : [`${plural(foreign.length, 'key')} that are`, 'them', 'Keys'];
  const isMeant = await askConsent(services.connection, {
    title: `${button}: Foreign ${noun}`,
    message: `${verb} ${which} not the cache's?`,
    detail: `${sampleOf(services, foreign)}\n\nSomething else wrote ${them} and may depend on ${them}. This cannot be undone.`,
    button: `${button} Foreign ${noun}`,
  });
  return isMeant ? { allowForeign: true } : undefined;
}

async function askTtl(services: FleetServices, keys: readonly KeyNode[]): Promise<number | undefined> {
  const [first] = keys;
  const leftMs = first?.known === undefined ? undefined : ttlLeftMs(first.known, Date.now());
  const typed = await vscode.window.showInputBox({
    title: `Set TTL: ${keys.length === 1 ? sampleOf(services, keys) : plural(keys.length, 'key')}`,
    prompt: 'Until it expires, such as 10s, 5m or 2h',
    value: keys.length === 1 && leftMs !== undefined && leftMs > 0 ? ttlText(leftMs) : '',
    placeHolder: '5m',
    ignoreFocusOut: true,
    validateInput: (text) => parseTtl(text).problem,
  });
  return typed === undefined ? undefined : parseTtl(typed).ttlMs;
}

/** What came of a change of many keys. */
interface Outcome {
  readonly total: number;
  readonly done: number;
  readonly gone: number;
  readonly cancelled: boolean;
  /** How many failed, by cause. */
  readonly failures: ReadonlyMap<string, number>;
}

async function overKeys(
  keys: readonly KeyNode[],
  title: string,
  task: (key: KeyNode, signal: AbortSignal) => Promise<'done' | 'gone'>,
): Promise<Outcome> {
  return withProgress(title, 'keys', async (report, signal) => {
    let finished = 0;
    const results = await settleBounded(
      keys,
      CONCURRENCY,
      async (key) => {
        try {
          return await task(key, signal);
        } finally {
          report(++finished, keys.length);
        }
      },
      signal,
    );
    const failures = new Map<string, number>();
    for (const result of results) {
      if (result?.status === 'rejected' && !signal.aborted) {
        const cause = describeError(result.reason);
        failures.set(cause, (failures.get(cause) ?? 0) + 1);
      }
    }
    const count = (value: 'done' | 'gone') =>
      results.filter((result) => result?.status === 'fulfilled' && result.value === value).length;
    return { total: keys.length, done: count('done'), gone: count('gone'), cancelled: signal.aborted, failures };
  });
}

async function tell(
  { total, done, gone, cancelled, failures }: Outcome,
  what: string,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const causes = [...failures].map(([cause, count]) => `${cause}${count > 1 ? ` (${count} keys)` : ''}`);
  const message = [
    cancelled ? 'Cancelled.' : undefined,
    `${plural(done, 'key')} ${what}.`,
    gone > 0 ? `${plural(gone, 'key was', 'keys were')} gone.` : undefined,
    failures.size > 0 ? `${total - done - gone} failed: ${causes.join(' ')}` : undefined,
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
  log.info(message);
  if (failures.size > 0) {
    await showWithLog('warning', message, log);
  } else {
    showInformation(message);
  }
}

function sampleOf({ keyExplorer }: Pick<FleetServices, 'keyExplorer'>, keys: readonly KeyNode[]): string {
  const names = keys.slice(0, SAMPLE).map(({ raw }) => keyExplorer.shown(raw));
  const more = keys.length - names.length;
  return plainText(more > 0 ? `${names.join(', ')} and ${formatCount(more)} more` : names.join(', '));
}
