import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import { formatDuration } from '../format';
import { judge } from '../keys/comparisonText';
import { compareData, orderedJson } from '../keys/freshComparison';
import { plainText } from '../messages';
import { withProgress } from '../progress';
import type { KeyNode } from '../views/keyNodes';
import { type CommandParts, requireServices } from './commandParts';

/** *Compare with Miner*: what is cached beside what the miner says now. Writes nothing. */
export async function compareKey({ session, log, comparisons }: CommandParts, key: KeyNode): Promise<void> {
  const services = await requireServices(session);
  const name = services.keyExplorer.shown(key.raw);
  if (!services.keyEditor.canFetch(key.raw)) {
    throw new FleetCacheError(
      `${name} can be compared with nothing: no miner or figure of the inventory has this key.`,
    );
  }
  const { cached, fresh } = await withProgress(`Asking for what ${name} caches`, 'keys', async (_, signal) => {
    // First the cache, so that it is not given the time in which the miner is asked.
    const reading = await services.keyReader.read(key.raw);
    return { cached: reading, fresh: await services.keyEditor.fetchFresh(key.raw, signal) };
  });
  if (cached?.content.type !== 'entry' || cached.key.entry === undefined) {
    throw new FleetCacheError(
      cached === undefined
        ? `${name} is not in the cache any more. Refresh it to fetch it anew.`
        : `${name} holds no entry that can be compared.`,
    );
  }
  const { freshness, entry, dataset, minerId, tenant } = cached.key;
  const ageText = formatDuration(Math.max(0, Date.now() - entry.fetchedAt));
  const { data } = cached.content;
  const verdict = judge(compareData(data, fresh), freshness === 'fresh', ageText);
  const what = [minerId ?? tenant, dataset].filter((part) => part !== undefined).join(' ');
  log.info(`Compared ${name} with its source: ${verdict.title}.`);
  await comparisons.show(
    what || name,
    orderedJson(data),
    orderedJson(fresh),
    `${what || name}, cached ↔ now: ${verdict.title}`,
  );
  const message = plainText(`${what || name}. ${verdict.detail}`);
  void (verdict.lies ? vscode.window.showWarningMessage(message) : vscode.window.showInformationMessage(message));
}
