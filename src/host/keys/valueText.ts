import type { ValuePart } from '../../cache/keyBrowser';
import { formatBytes } from '../format';

/** What no text has, and binary values do. Tabs, line breaks and the like are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BINARY = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/;

/**
 * Bytes as text; `undefined` when they are none.
 *
 * @param isCut whether more bytes follow: the last character may then be there in part, and is left out.
 */
export function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    // With `stream`, what is missing at the end is no error.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    return BINARY.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A part of a value as one text: what is binary is escaped byte by byte, and what was left out is said. */
export function partText({ bytes, omitted }: ValuePart): string {
  const text = textOf(bytes, omitted > 0) ?? escapeBytes(bytes);
  return omitted === 0 ? text : `${text}… (${formatBytes(omitted)} more)`;
}

/** All of it as text, or none. */
export function isText({ bytes, omitted }: ValuePart): boolean {
  return textOf(bytes, omitted > 0) !== undefined;
}

function escapeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\x20-\x7e]|\\/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
