import * as vscode from 'vscode';
import type { KeyType, RawKey } from '../../cache/keyBrowser';
import { ENTRY_SCHEME } from '../ids';

/** Where the documents of keys live below the scheme. */
const FOLDER = '/key/';

/** The longest part of a key's name that is in a title, in characters. */
const TITLE_LENGTH = 80;

/** The address of the document that shows a key, whatever it is. */
export function keyUri(raw: RawKey, shown: string, type: KeyType | undefined): vscode.Uri {
  // The last part of the path is the editor's title; a name may contain what a path cannot, so the query says which key it is.
  const title = shown.slice(-TITLE_LENGTH).replace(/[/\\?#]/g, '_');
  // Strings that are no JSON are text; whatever else is shown is JSON below a few lines of comment.
  const extension = type === undefined || type === 'string' ? 'txt' : 'jsonc';
  return vscode.Uri.from({
    scheme: ENTRY_SCHEME,
    path: `${FOLDER}${title}.${raw.startsWith('v1:cache:') ? 'json' : extension}`,
    query: JSON.stringify({ key: raw }),
  });
}

export function isKeyUri({ scheme, path }: vscode.Uri): boolean {
  return scheme === ENTRY_SCHEME && path.startsWith(FOLDER);
}

/** What {@link keyUri} was given. @throws {Error} for an address that names no key. */
export function parseKeyUri(uri: vscode.Uri): RawKey {
  const value: unknown = JSON.parse(uri.query);
  if (typeof value !== 'object' || value === null || !('key' in value) || typeof value.key !== 'string') {
    throw new Error(`${uri.toString()} does not name a key.`);
  }
  return value.key;
}
