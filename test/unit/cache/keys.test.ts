import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BENCHMARK_LEASE_KEY, BENCHMARK_LEFTOVERS_PATTERN, benchmarkKeys } from '../../../src/cache/benchmarkKeys';
import { encodeId, generationKeys, lockKey, minerKey, summaryKey } from '../../../src/cache/keys';

const anyId = fc.string({ unit: 'binary', minLength: 1 });

describe('keys', () => {
  it('builds the documented names', () => {
    expect(minerKey('m-1', 'status')).toBe('v1:cache:miner:m-1:status');
    expect(summaryKey('north')).toBe('v1:cache:fleet:north:summary');
    expect(generationKeys.fleet('north')).toBe('v1:gen:fleet:north');
  });

  it('keeps the lock of a flight in the same space as its entry, whatever the id', () => {
    expect(lockKey(minerKey('m-1', 'status'))).toBe('v1:lock:miner:m-1:status');
    expect(lockKey(minerKey('cache:', 'status'))).toBe('v1:lock:miner:cache%3A:status');
    expect(lockKey(minerKey('cache', 'status'))).toBe('v1:lock:miner:cache:status');
    expect(lockKey(benchmarkKeys('4f').entry('l2', 7))).toBe('v1:bench:4f:lock:l2:7');
  });

  it('keeps a benchmark within its own run, and tells the lease from what a run left', () => {
    const keys = benchmarkKeys('4f');
    const names = [keys.entry('l2', 7), keys.generation('l2'), lockKey(keys.entry('l2', 7))];
    expect(names.every((name) => name.startsWith('v1:bench:4f:'))).toBe(true);
    expect(keys.space.coherentPrefixes.every((prefix) => prefix.startsWith('v1:bench:4f:'))).toBe(true);
    expect(keys.space.generationTtlMs).toBeLessThanOrEqual(600_000);
    expect(keys.pattern).toBe('v1:bench:4f:*');
    expect(keys.entryPattern('purge')).toBe('v1:bench:4f:cache:purge:*');
    // The pattern of what runs left asks for one more part than the lease has.
    expect(BENCHMARK_LEASE_KEY.split(':')).toHaveLength(3);
    expect(BENCHMARK_LEFTOVERS_PATTERN).toBe('v1:bench:*:*');
  });

  it('encodes separators, globs, hash tags and control characters', () => {
    expect(encodeId('a:b%c*d?e[f]g\\h{i}\n')).toBe('a%3Ab%25c%2Ad%3Fe%5Bf%5Dg%5Ch%7Bi%7D%0A');
    expect(encodeId('Zürich 北')).toBe('Zürich 北');
    expect(encodeId('\ud800')).toBe('%uD800');
  });

  it('gives different ids different keys, in UTF-8 too, and no id a way into another key', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        fc.pre(a !== b);
        return Buffer.compare(Buffer.from(minerKey(a, 'status')), Buffer.from(minerKey(b, 'status'))) !== 0;
      }),
    );
    fc.assert(fc.property(anyId, (id) => minerKey(id, 'status').split(':').length === 5));
  });
});
