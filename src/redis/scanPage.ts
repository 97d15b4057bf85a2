import { isUtf8 } from 'node:buffer';
import type { Redis } from 'ioredis';

/** Keys that a server looks at in one step: more are faster, and hold up its other clients for longer. */
const COUNT = 1_000;

/** The cursor that a scan begins with, and that says that it is over. Nothing else does: pages may well be empty. */
export const SCAN_START = '0';

/** What a server did in one step. */
export interface ScanStep {
  readonly removed: number;
  /** Where the scan goes on, and the keys that match, each once; undefined when nothing was scanned. */
  readonly page: { readonly cursor: string; readonly keys: readonly Buffer[] } | undefined;
  /** The first error; what the rest of the step did is told all the same. */
  readonly error: Error | undefined;
}

/**
 * Removes keys that were found, and scans the next page, in one round trip. In this order, because what is removed before a
 * page is scanned cannot come a second time.
 *
 * @param groups keys to remove, parted as the server takes them.
 * @param cursor undefined when there is nothing left to scan.
 */
export async function removeAndScan(
  node: Redis,
  groups: readonly (readonly Buffer[])[],
  pattern: string,
  cursor: string | undefined,
): Promise<ScanStep> {
  const pipeline = node.pipeline();
  for (const group of groups) {
    pipeline.unlink(...group);
  }
  if (cursor !== undefined) {
    pipeline.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', COUNT);
  }
  const replies = (await pipeline.exec()) ?? [];
  let removed = 0;
  let page: ScanStep['page'];
  let error: Error | undefined;
  for (const [failure, reply] of replies) {
    if (failure !== null) {
      error ??= failure;
    } else if (typeof reply === 'number') {
      removed += reply;
    } else {
      const [next, keys] = reply as [Buffer, Buffer[]];
      page = { cursor: next.toString(), keys: unique(keys) };
    }
  }
  return { removed, page, error };
}

/**
 * How much of a server's keys a scan has seen, from 0 to 1. A cursor counts the buckets of the server's hash table with its
 * bits in reverse order, which holds whatever the table's size is and becomes; so the first bit is a half, the second a
 * quarter.
 */
export function scannedShare(cursor: string): number {
  let bits = BigInt(cursor);
  let share = 0;
  for (let weight = 0.5; bits > 0n; weight /= 2) {
    share += Number(bits & 1n) * weight;
    bits >>= 1n;
  }
  return share;
}

/** A key for people: what is no printable text is escaped, byte by byte. */
export function showKey(key: Buffer): string {
  const [encoding, unprintable] = isUtf8(key)
    ? (['utf8', /[\p{C}\p{Zl}\p{Zp}]/gu] as const)
    : (['latin1', /[^\x20-\x7e]/g] as const);
  const escaped = (character: string) => Buffer.from(character, encoding).toString('hex').replace(/../g, '\\x$&');
  return key.toString(encoding).replace(unprintable, escaped);
}

/** A server may return a key several times, within a page too while it resizes its table. */
function unique(keys: readonly Buffer[]): Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}
