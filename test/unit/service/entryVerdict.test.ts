import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../../src/cache/inspector';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { judge } from '../../../src/service/entryVerdict';
import type { LoggedEvent } from '../../../src/service/loggedEvents';

const NOW = 1_800_000_000_000;
/** Lasts 70 s. */
const policy = DEFAULT_POLICIES['miner:status'];
const entry = { data: {}, fetchedAt: NOW - 30_000, ttlS: 10, costMs: 1, by: 'one', generations: [1] };

function inspected(state: Inspection['state']): Inspection {
  const isThere = state === 'valid' || state === 'void' || state === 'expired';
  return { key: 'k', state, entry: isThere ? entry : undefined, sizeBytes: 5 };
}

function event(kind: LoggedEvent['kind'], agoMs: number): LoggedEvent {
  return { id: `${NOW - agoMs}-0`, at: NOW - agoMs, kind, text: `${kind} ${agoMs}` };
}

function verdict(state: Inspection['state'], events: readonly LoggedEvent[] = []) {
  const evictions = { evictedKeys: 0, policy: 'noeviction', isLimited: false };
  return judge({ inspection: inspected(state), policy, events, evictions, now: NOW });
}

describe('the most likely cause', () => {
  it('is none for an entry that is there', () => {
    expect(verdict('valid', [event('invalidated', 60_000)])).toEqual({ cause: 'there', doubts: [] });
  });

  it('is the last invalidation since it was fetched, for one that is void', () => {
    const events = [event('invalidated', 40_000), event('invalidated', 20_000), event('status', 10_000)];
    expect(verdict('void', events)).toMatchObject({ cause: 'voided', event: { text: 'invalidated 20000' } });
    expect(verdict('void', [event('invalidated', 40_000)])).toMatchObject({
      cause: 'unknown',
      doubts: [expect.stringContaining('generation')],
    });
  });

  it('is the time that is over, for one that is past it', () => {
    expect(verdict('expired', [event('invalidated', 20_000)])).toEqual({ cause: 'expired', doubts: [] });
  });

  it('is the last invalidation within the time that an entry lasts, for one that is gone, and else its time', () => {
    expect(verdict('absent', [event('invalidated', 69_000)])).toMatchObject({ cause: 'voided' });
    expect(verdict('absent', [event('invalidated', 71_000), event('status', 5_000)])).toEqual({
      cause: 'expired',
      doubts: [],
    });
  });

  it('leaves the doubts that there are: evictions, missing events, and what Redis does not tell', () => {
    const common = { inspection: inspected('absent'), policy, now: NOW };
    const evictions = { evictedKeys: 1_234, policy: 'allkeys-lru', isLimited: true };
    expect(judge({ ...common, events: [event('gap', 5_000)], evictions }).doubts).toEqual([
      'Redis has evicted 1,234 keys for want of memory since its start.',
      'Events are missing from the history of that time.',
    ]);
    expect(judge({ ...common, events: [event('gap', 90_000)], evictions: undefined }).doubts).toEqual([
      expect.stringContaining('INFO'),
    ]);
    const refusing = { ...evictions, policy: 'noeviction' };
    expect(judge({ ...common, events: [], evictions: refusing }).doubts).toEqual([]);
  });

  it('does not doubt an invalidation for what was missing before it', () => {
    expect(verdict('absent', [event('gap', 20_000), event('invalidated', 10_000)]).doubts).toEqual([]);
    expect(verdict('absent', [event('invalidated', 10_000), event('gap', 5_000)]).doubts).toHaveLength(1);
  });

  it('is something else, for what something else wrote', () => {
    expect(verdict('foreign').cause).toBe('foreign');
    expect(verdict('unreadable').cause).toBe('foreign');
  });
});
