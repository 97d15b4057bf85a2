import type { RawKey } from '../cache/keyBrowser';
import { decodeId } from '../cache/keyNames';
import { isOwnKey, rawKeyOf, showRaw, textOfKey } from '../cache/rawKeys';

/** Characters of a name that are shown: the rest would be many lines of a view. */
const MAX_SHOWN = 300;

/** Bytes that so many characters have at most. */
const MAX_SHOWN_BYTES = 4 * MAX_SHOWN;

/** A whole key for people, exactly but for what is unprintable, which is escaped byte by byte. */
export function shownKey(key: RawKey): string {
  return clip(showRaw(beginningOf(key)), key.length);
}

/**
 * A part of a key for people, without the `:` that ends it.
 *
 * @param isOwn whether it is of a key of ours, whose ids are decoded.
 */
export function shownPart(part: RawKey, isOwn: boolean): string {
  const bare = part.endsWith(':') ? part.slice(0, -1) : part;
  const clipped = beginningOf(bare);
  const text = isOwn && clipped.includes('%') ? textOfKey(clipped) : undefined;
  // What was encoded may be anything, and is escaped like what was not.
  return clip(showRaw(text === undefined ? clipped : rawKeyOf(decodeId(text))), bare.length);
}

/** What people find a key by: as it is shown, and as its ids are. In small letters. */
export function searchableText(key: RawKey): string {
  const text = textOfKey(key) ?? showRaw(key);
  return (isOwnKey(key) && text.includes('%') ? `${text}\n${decodeId(text)}` : text).toLowerCase();
}

/** No more than can be shown, and no character in part. */
function beginningOf(key: RawKey): RawKey {
  let end = MAX_SHOWN_BYTES;
  while (end < key.length && end > MAX_SHOWN_BYTES - 4 && (key.charCodeAt(end) & 0xc0) === 0x80) {
    end--;
  }
  return key.slice(0, end);
}

function clip(shown: string, length: number): string {
  return shown.length <= MAX_SHOWN ? shown : `${shown.slice(0, MAX_SHOWN)}… (${length.toLocaleString('en')} bytes)`;
}
