import { describe, expect, it } from 'vitest';
import { describeElements, freshnessAt, keyText, keyTooltip } from '../../../../src/host/views/keyText';
import type { DescribedKey } from '../../../../src/service/keyLevels';

const NOW = 1_700_000_000_000;

const ENTRY: DescribedKey = {
  raw: 'v1:cache:miner:m-1:status',
  shown: 'v1:cache:miner:m-1:status',
  isOwn: true,
  type: 'string',
  ttlMs: 67_000,
  sizeBytes: 412,
  elements: undefined,
  describedAt: NOW,
  freshness: 'fresh',
  entry: { fetchedAt: NOW - 3_000, ttlS: 10, costMs: 42, by: 'host-1-abc', generations: [7, 8, 9] },
  dataset: 'miner:status',
  tenant: 'alpha',
  minerId: 'm-1',
};

const OTHER: DescribedKey = {
  raw: 'session:1',
  shown: 'session:1',
  isOwn: false,
  type: 'hash',
  ttlMs: 'never',
  sizeBytes: 2_048,
  elements: 12,
  describedAt: NOW,
  freshness: 'none',
  entry: undefined,
  dataset: undefined,
  tenant: undefined,
  minerId: undefined,
};

describe('keyText', () => {
  it('tells TTL, size, age and freshness of an entry, each as it is now', () => {
    expect(keyText(ENTRY, NOW).description).toBe('fresh · TTL 1m 7s · 3s old · 412 B');
    expect(keyText(ENTRY, NOW + 20_000).description).toBe('stale · TTL 47s · 23s old · 412 B');
    expect(keyText(ENTRY, NOW + 67_000).description).toBe('stale · expired · 1m 10s old · 412 B');
    expect(keyText({ ...ENTRY, freshness: 'void' }, NOW + 20_000).description).toMatch(/^void · /);
  });

  it('tells type, expiry and number of elements of other keys, and says that they are not the cache’s', () => {
    expect(keyText(OTHER, NOW)).toEqual({
      description: 'hash · no expiry · 12 fields · 2.0 kB',
      spoken: "not the cache's, hash, no expiry, 12 fields, 2.0 kB",
    });
    expect(keyText(ENTRY, NOW).spoken).toBe('entry, fresh, TTL 1m 7s, 3s old, 412 B');
  });

  it.each([
    [599_500, 'TTL 10m'],
    [599_000, 'TTL 9m 59s'],
    [3_599_000, 'TTL 59m'],
    [7_500_000, 'TTL 2h 5m'],
    [864_000_000, 'TTL 10d 0h'],
  ])('counts %i ms down in seconds only where they matter', (ttlMs, text) => {
    expect(keyText({ ...ENTRY, ttlMs }, NOW).description).toContain(`${text} ·`);
  });

  it('leaves out what the login may not ask for', () => {
    const denied = { type: undefined, ttlMs: undefined, sizeBytes: undefined, elements: undefined };
    expect(keyText({ ...OTHER, ...denied }, NOW).description).toBe('');
    expect(keyTooltip({ ...OTHER, ...denied }, NOW)).toBe(
      "session:1\nNot one of the cache's keys: read-only here, unless you insist.",
    );
  });

  it('does not make an entry fresh again that was void', () => {
    expect(freshnessAt({ ...ENTRY, freshness: 'void' }, NOW)).toBe('void');
    expect(freshnessAt(ENTRY, NOW + 7_000)).toBe('stale');
  });

  it('names the writer and what the generations make of it in the tooltip', () => {
    const tooltip = keyTooltip(ENTRY, NOW);
    expect(tooltip).toContain('Written by: host-1-abc');
    expect(tooltip).toContain('Generations: 7, 8, 9');
    expect(tooltip).toContain('Valid: its generations are the present ones');
    expect(tooltip).toContain('Expires: in 1m 7s');
    expect(keyTooltip({ ...ENTRY, freshness: 'void' }, NOW)).toContain('Void: a generation was bumped');
  });

  it('counts elements by what they are', () => {
    expect(describeElements('hash', 1)).toBe('1 field');
    expect(describeElements('zset', 1_200)).toBe('1,200 members');
    expect(describeElements('constructor', 2)).toBe('2 elements');
  });
});
