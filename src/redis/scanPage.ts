import type { Redis } from 'ioredis';
import { showRaw } from '../cache/rawKeys';

/** Keys that a server looks at in one step, in a few milliseconds: more are faster, and hold up its other clients for longer. */
const COUNT = 1_250;

/** The cursor that a scan begins with, and that says that it is over. Nothing else does: pages may well be empty. */
export const SCAN_START = '0';

/** Where a scan goes on, and the keys that match, as they came. */
export interface ScanPage {
  readonly cursor: string;
  readonly keys: readonly Buffer[];
}

/**
 * Scans one page. In a pipeline of its own, because that is sent at once, and not with what else this turn brings.
 *
 * @param type the server's name of the only type that is wanted.
 */
export async function scanPage(
  node: Redis,
  pattern: string | Buffer,
  cursor: string,
  type?: string,
): Promise<ScanPage> {
  const ofType = type === undefined ? [] : ['TYPE', type];
  const pipeline = node.pipeline().callBuffer('SCAN', cursor, 'MATCH', pattern, 'COUNT', COUNT, ...ofType);
  const [reply] = (await pipeline.exec()) ?? [];
  if (reply === undefined || reply[0] !== null) {
    throw reply?.[0] ?? new Error('The scan was not answered.');
  }
  const [next, keys] = reply[1] as [Buffer, Buffer[]];
  return { cursor: next.toString(), keys };
}

/** What came of a removal: how many keys went, and the first error, which need not have kept the rest from going. */
export interface Removal {
  readonly removed: number;
  readonly error: Error | undefined;
}

/** Removes keys. @param groups parted as the server takes them. */
export async function removeKeys(node: Redis, groups: readonly (readonly Buffer[])[]): Promise<Removal> {
  const pipeline = node.pipeline();
  for (const group of groups) {
    pipeline.unlink(...group);
  }
  let removed = 0;
  let error: Error | undefined;
  for (const [failure, count] of (await pipeline.exec()) ?? []) {
    if (failure === null) {
      removed += count as number;
    } else {
      error ??= failure;
    }
  }
  return { removed, error };
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
  return showRaw(key.toString('latin1'));
}

/**
 * The keys of a page, each once, without those of the page before. A server may return a key several times while it resizes
 * its table, within a page too.
 *
 * @param former names of the page before.
 * @returns the keys by name.
 */
export function newKeys(keys: readonly Buffer[], former: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const byName = new Map<string, Buffer>();
  for (const key of keys) {
    const name = key.toString('latin1');
    if (!former.has(name)) {
      byName.set(name, key);
    }
  }
  return byName;
}
