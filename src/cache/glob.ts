import type { RawKey } from './keyBrowser';

/** What one place of a pattern stands for. */
type Token = 'any-number' | 'any' | { readonly isNegated: boolean; readonly ranges: readonly Range[] };
type Range = readonly [from: number, to: number];

const [STAR, QUESTION, OPEN, CLOSE, CARET, DASH, ESCAPE] = [...Buffer.from('*?[]^-\\')];

/**
 * What tells whether a key matches a pattern, as Redis' SCAN and KEYS do: byte by byte, with `*`, `?`, `[abc]`, `[^a-c]`, and `\`
 * before what stands for itself.
 */
export function compileGlob(pattern: string): (key: string) => boolean {
  return compile(pattern, 'utf8');
}

/** As {@link compileGlob}, for a pattern and keys of which each character is a byte. */
export function compileRawGlob(pattern: RawKey): (key: RawKey) => boolean {
  return compile(pattern, 'latin1');
}

/** The pattern of all keys that begin so, letter for letter. */
export function globOfPrefix(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
}

function compile(pattern: string, encoding: 'utf8' | 'latin1'): (key: string) => boolean {
  const tokens = parse(Buffer.from(pattern, encoding));
  return (key) => matches(tokens, Buffer.from(key, encoding));
}

function parse(pattern: Buffer): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const byte = pattern[at] as number;
    at++;
    if (byte === STAR) {
      tokens.push('any-number');
    } else if (byte === QUESTION) {
      tokens.push('any');
    } else if (byte === OPEN) {
      const { set, next } = parseSet(pattern, at);
      tokens.push(set);
      at = next;
    } else if (byte === ESCAPE && at < pattern.length) {
      tokens.push(only(pattern[at] as number));
      at++;
    } else {
      tokens.push(only(byte));
    }
  }
  return tokens;
}

/** A set that is not closed goes on to the end of the pattern. */
function parseSet(pattern: Buffer, start: number): { readonly set: Token; readonly next: number } {
  const isNegated = pattern[start] === CARET;
  let at = isNegated ? start + 1 : start;
  const ranges: Range[] = [];
  while (at < pattern.length && pattern[at] !== CLOSE) {
    const from = pattern[at] as number;
    if (from === ESCAPE && at + 1 < pattern.length) {
      ranges.push([pattern[at + 1] as number, pattern[at + 1] as number]);
      at += 2;
    } else if (pattern[at + 1] === DASH && at + 2 < pattern.length) {
      const to = pattern[at + 2] as number;
      ranges.push([Math.min(from, to), Math.max(from, to)]);
      at += 3;
    } else {
      ranges.push([from, from]);
      at++;
    }
  }
  return { set: { isNegated, ranges }, next: at + 1 };
}

function only(byte: number): Token {
  return { isNegated: false, ranges: [[byte, byte]] };
}

/** In at most as many steps as pattern and key are long together, for each `*`: what a person writes must not hold up the process. */
function matches(tokens: readonly Token[], key: Buffer): boolean {
  let [token, at] = [0, 0];
  let retry: { readonly token: number; at: number } | undefined;
  while (at < key.length) {
    const current = tokens[token];
    if (current === 'any-number') {
      retry = { token: token + 1, at };
      token++;
    } else if (current !== undefined && stands(current, key[at] as number)) {
      token++;
      at++;
    } else if (retry !== undefined) {
      retry.at++;
      [token, at] = [retry.token, retry.at];
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === 'any-number');
}

function stands(token: Exclude<Token, 'any-number'>, byte: number): boolean {
  return token === 'any' || token.ranges.some(([from, to]) => from <= byte && byte <= to) !== token.isNegated;
}
