import { describe, expect, it } from 'vitest';
import { RecentFailures } from '../../../src/cache/recentFailures';
import { ManualClock } from '../../fixtures/manualClock';

describe('RecentFailures', () => {
  it('knows an error for its time, and one that is undefined as well', () => {
    const clock = new ManualClock();
    const failures = new RecentFailures(clock);
    failures.note('a', [], undefined, 1_000);
    clock.advance(999);
    expect(failures.get('a')).toMatchObject({ error: undefined });
    clock.advance(1);
    expect(failures.get('a')).toBeUndefined();
  });

  it('forgets by key and by scope, and leaves the others', () => {
    const failures = new RecentFailures(new ManualClock());
    for (const [key, scope] of [
      ['a', 'north'],
      ['b', 'north'],
      ['c', 'south'],
    ] as const) {
      failures.note(key, ['all', scope], new Error(key), 1_000);
    }
    failures.forget('a');
    expect(['a', 'b', 'c'].map((key) => failures.get(key) !== undefined)).toEqual([false, true, true]);
    failures.forgetScopes(new Set(['north']));
    expect(['a', 'b', 'c'].map((key) => failures.get(key) !== undefined)).toEqual([false, false, true]);
  });

  it('does not grow without end', () => {
    const failures = new RecentFailures(new ManualClock());
    for (let index = 0; index < 10_001; index++) {
      failures.note(`key ${index}`, [], new Error(), 1_000);
    }
    expect(failures.get('key 0')).toBeUndefined();
    expect(failures.get('key 10000')).toBeDefined();
  });
});
