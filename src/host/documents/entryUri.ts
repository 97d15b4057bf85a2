import * as vscode from 'vscode';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';
import { ENTRY_SCHEME } from '../ids';

/** The address of the document that shows a cache entry. */
export function entryUri(minerId: string, kind: MinerKind): vscode.Uri {
  // The path is the editor's title; an id may contain what a path cannot, so the query says which entry it is.
  const title = minerId.replace(/[/\\?#]/g, '_');
  return vscode.Uri.from({
    scheme: ENTRY_SCHEME,
    path: `/${title}.${kind}.json`,
    query: JSON.stringify({ minerId, kind }),
  });
}

/** Whether an address is of this kind: a file of its own, in no folder. */
export function isEntryUri({ scheme, path }: vscode.Uri): boolean {
  return scheme === ENTRY_SCHEME && path.lastIndexOf('/') === 0;
}

/** What {@link entryUri} was given. @throws {Error} for an address that names no entry. */
export function parseEntryUri(uri: vscode.Uri): { minerId: string; kind: MinerKind } {
  const value: unknown = JSON.parse(uri.query);
  const isRecord = typeof value === 'object' && value !== null && 'minerId' in value && 'kind' in value;
  const kind = isRecord ? MINER_KINDS.find((known) => known === value.kind) : undefined;
  if (!isRecord || typeof value.minerId !== 'string' || kind === undefined) {
    throw new Error(`${uri.toString()} does not name a cache entry.`);
  }
  return { minerId: value.minerId, kind };
}
