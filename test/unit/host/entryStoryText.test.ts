import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { describeStory } from '../../../src/host/entryStoryText';
import type { EntryStory } from '../../../src/service/entryHistory';

const AT = Date.UTC(2030, 0, 2, 3, 4, 5);
const voided = {
  id: '5-0',
  at: AT - 12_000,
  kind: 'invalidated',
  text: 'Everything was voided: command',
  by: 'one',
} as const;
const story: EntryStory = {
  key: 'v1:cache:miner:m1:status',
  dataset: 'miner:status',
  policy: DEFAULT_POLICIES['miner:status'],
  at: AT,
  inspection: { key: 'v1:cache:miner:m1:status', state: 'absent', entry: undefined, sizeBytes: 0 },
  events: [{ ...voided, id: '4-0', at: AT - 60_000, kind: 'status', text: 'm1 is paused' }, voided],
  evictions: { evictedKeys: 1_234, policy: 'allkeys-lru', isLimited: true },
  verdict: { cause: 'voided', event: voided, doubts: ['Redis has evicted 1,234 keys.'] },
};

describe('the story of an entry', () => {
  it('says what is there now, what happened, the latest first, and ends with the most likely cause', () => {
    const lines = describeStory(story).split('\n');
    expect(lines[0]).toBe(story.key);
    expect(lines.find((line) => line.startsWith('Now'))).toContain('It is not in Redis.');
    expect(lines.find((line) => line.startsWith('Policy'))).toContain('fresh for 10 s, kept for another 60 s');
    expect(lines.find((line) => line.startsWith('Redis'))).toContain(
      '1,234 keys evicted since its start; when its memory is used up: allkeys-lru.',
    );
    const happened = lines.indexOf('What happened, the latest first');
    expect(lines[happened + 1]).toBe('  2030-01-02T03:03:53.000Z  12 s ago  Everything was voided: command (by one)');
    expect(lines[happened + 2]).toContain('m1 is paused (by one)');
    const cause = lines.indexOf('The most likely cause');
    expect(cause).toBeGreaterThan(happened);
    expect(lines.slice(cause + 1, cause + 3)).toEqual([
      '  It was voided 12 s ago, at 2030-01-02T03:03:53.000Z. Everything was voided: command (by one)',
      '  But: Redis has evicted 1,234 keys.',
    ]);
  });

  it('shows on one line what somebody recorded, whatever is in it', () => {
    const text = 'x\n\nThe most likely cause\r\n  Everything is fine\u2028\u202e';
    const lines = describeStory({ ...story, events: [{ ...voided, text, by: 'a\nb' }] }).split(/[\n\r\u2028]/);
    expect(lines.filter((line) => line === 'The most likely cause')).toHaveLength(1);
    expect(lines).toContain(
      '  2030-01-02T03:03:53.000Z  12 s ago  x The most likely cause   Everything is fine  (by a b)',
    );
  });

  it('says what is not known', () => {
    const text = describeStory({
      ...story,
      events: [],
      evictions: undefined,
      verdict: { cause: 'expired', doubts: [] },
    });
    expect(text).toContain('Nothing that the event history knows of.');
    expect(text).toContain('the login may not ask (INFO)');
    expect(text).toContain('Its time was over: nothing voided it in the 70 s that an entry lasts.');
  });
});
