import { isUtf8 } from 'node:buffer';
import type { RawKey } from './keyBrowser';

/** What an id in a key of ours may be undone by, see `encodeId`. */
const OWN = 'v1:';

/** The key that has this text as its name, in UTF-8. */
export function rawKeyOf(text: string): RawKey {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A key's bytes as text where they are valid UTF-8, as all keys of ours are; otherwise `undefined`. */
export function textOfKey(key: RawKey): string | undefined {
  if (isAscii(key)) {
    return key;
  }
  const bytes = Buffer.from(key, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** A key, or a part of one, for people: what is no printable text is escaped, byte by byte. */
export function showRaw(key: RawKey): string {
  const text = textOfKey(key);
  return text === undefined
    ? key.replace(/[^\x20-\x7e]/g, escapeLatin1)
    : text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeText);
}

/** Whether a key is one of ours. */
export function isOwnKey(key: RawKey): boolean {
  return key.startsWith(OWN);
}

function isAscii(key: RawKey): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(key);
}

function escapeLatin1(character: string): string {
  return escapeBytes(Buffer.from(character, 'latin1'));
}

function escapeText(character: string): string {
  return escapeBytes(Buffer.from(character, 'utf8'));
}

function escapeBytes(bytes: Buffer): string {
  return bytes.toString('hex').replace(/../g, '\\x$&');
}
