import type { KeyType } from '../../cache/keyBrowser';
import type { DescribedKey, KeyFreshness } from '../../service/keyLevels';
import { formatBytes, formatSeconds, plural } from '../format';

/** Below ten minutes a span is told to the second. */
const SECONDS_MATTER = 600;

/** What a row says of a key. */
export interface KeyText {
  readonly description: string;
  /** What a screen reader says, after the key's name. */
  readonly spoken: string;
}

const FRESHNESS: Readonly<Record<KeyFreshness, string | undefined>> = {
  fresh: 'fresh',
  stale: 'stale',
  void: 'void',
  foreign: 'written by something else',
  unreadable: 'unreadable',
  unknown: undefined,
  none: undefined,
};

/** What the verdict on an entry means to who reads through the cache. */
const VERDICTS: Readonly<Record<KeyFreshness, string | undefined>> = {
  fresh: 'Valid: its generations are the present ones, and it is within its TTL.',
  stale: 'Past its TTL. Its generations are the present ones: it is served only while the miner does not answer.',
  void: 'Void: a generation was bumped after it was fetched. Readers do not get it.',
  foreign: 'Something else wrote this value. Readers do not get it, and the next fill replaces it.',
  unreadable: 'This is no entry, or one of a later version. Readers do not get it.',
  unknown: 'Whether it is an entry is not known: it is too large to look, or the login may not.',
  none: undefined,
};

const ELEMENTS: ReadonlyMap<KeyType | undefined, readonly [one: string, many: string]> = new Map([
  ['hash', ['field', 'fields']],
  ['stream', ['record', 'records']],
  ['set', ['member', 'members']],
  ['zset', ['member', 'members']],
]);

/** `12 fields`, `1 member`. */
export function describeElements(type: KeyType | undefined, count: number): string {
  const [one, many] = ELEMENTS.get(type) ?? ['element', 'elements'];
  return plural(count, one, many);
}

/** Until a key expires, in ms by what was known when it was described. */
export function ttlLeftMs({ ttlMs, describedAt }: DescribedKey, now: number): number | undefined {
  return typeof ttlMs === 'number' ? ttlMs - (now - describedAt) : undefined;
}

/** @param now in ms since the epoch. */
export function keyText(key: DescribedKey, now: number): KeyText {
  const { type, entry, sizeBytes, elements, freshness } = key;
  const parts = [
    FRESHNESS[freshnessAt(key, now)],
    // All entries are strings, which need not be said a thousand times.
    entry === undefined ? type : undefined,
    ttlText(key, now),
    entry === undefined ? undefined : ageText(entry.fetchedAt, now),
    elements === undefined ? undefined : describeElements(type, elements),
    sizeBytes === undefined ? undefined : formatBytes(sizeBytes),
  ];
  const description = parts.filter((part) => part !== undefined).join(' · ');
  return {
    description,
    spoken: [key.isOwn ? undefined : "not the cache's", freshness === 'none' ? undefined : 'entry', ...parts]
      .filter((part) => part !== undefined)
      .join(', '),
  };
}

/** What was fresh when it was described may be past its TTL by now. */
export function freshnessAt({ freshness, entry }: DescribedKey, now: number): KeyFreshness {
  return freshness === 'fresh' && entry !== undefined && now >= entry.fetchedAt + entry.ttlS * 1_000
    ? 'stale'
    : freshness;
}

/** All that is known of a key, one fact a line. */
export function keyTooltip(key: DescribedKey, now: number): string {
  const { shown, type, elements, sizeBytes, entry, dataset, tenant, minerId } = key;
  const lines = [
    shown,
    key.isOwn ? undefined : "Not one of the cache's keys: read-only here, unless you insist.",
    line('Type', type),
    line('Expires', expiryLine(key, now)),
    line('Size', sizeBytes === undefined ? undefined : formatBytes(sizeBytes)),
    line('Holds', elements === undefined ? undefined : describeElements(type, elements)),
    line('Dataset', dataset),
    line('Miner', minerId),
    line('Tenant', tenant),
    ...(entry === undefined
      ? []
      : [
          `Fetched: ${new Date(entry.fetchedAt).toISOString()} in ${entry.costMs} ms; TTL ${entry.ttlS} s`,
          `Written by: ${entry.by}`,
          `Generations: ${entry.generations.join(', ') || 'none'}`,
        ]),
    VERDICTS[freshnessAt(key, now)],
  ];
  return lines.filter((each) => each !== undefined).join('\n');
}

function line(label: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${label}: ${value}`;
}

function ttlText(key: DescribedKey, now: number): string | undefined {
  if (key.ttlMs === 'never') {
    return 'no expiry';
  }
  const leftMs = ttlLeftMs(key, now);
  if (leftMs === undefined) {
    return undefined;
  }
  return leftMs > 0 ? `TTL ${shortSpan(Math.ceil(leftMs / 1_000))}` : 'expired';
}

function expiryLine(key: DescribedKey, now: number): string | undefined {
  const leftMs = ttlLeftMs(key, now);
  if (leftMs === undefined) {
    return key.ttlMs === 'never' ? 'never' : undefined;
  }
  return leftMs > 0 ? `in ${formatSeconds(Math.ceil(leftMs / 1_000))}` : 'it has';
}

function ageText(fetchedAt: number, now: number): string {
  const ageS = Math.floor((now - fetchedAt) / 1_000);
  return ageS < 1 ? 'just fetched' : `${shortSpan(ageS)} old`;
}

/** Seconds only where they matter, so that a thousand rows need not be drawn anew each second. */
function shortSpan(seconds: number): string {
  if (seconds < SECONDS_MATTER) {
    return formatSeconds(seconds);
  }
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)}m`;
  }
  const hours = Math.floor(seconds / 3_600);
  return hours < 48 ? formatSeconds(seconds) : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}
