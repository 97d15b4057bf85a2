import { describe, expect, it } from 'vitest';
import { compareIds, RecentEvents } from '../../../../src/host/dashboard/recentEvents';

function row(id: string) {
  return { id };
}

function ids(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

describe('recent events', () => {
  it('are each kept once, in the order of their ids', () => {
    const events = new RecentEvents<{ id: string }>(10);
    expect(ids(events.add([row('5-0'), row('10-0'), row('5-0')]))).toEqual(['5-0', '10-0']);
    expect(ids(events.add([row('9-2'), row('10-0'), row('9-10')]))).toEqual(['9-2', '9-10']);
    expect(ids(events.all)).toEqual(['5-0', '9-2', '9-10', '10-0']);
  });

  it('are the last ones when there is no room for all, and what went does not come back', () => {
    const events = new RecentEvents<{ id: string }>(3);
    expect(events.add(['1-0', '2-0', '3-0', '4-0', '5-0'].map(row))).toHaveLength(5);
    expect(ids(events.all)).toEqual(['3-0', '4-0', '5-0']);
    expect(events.add([row('1-0'), row('2-0')])).toEqual([]);
    expect(ids(events.all)).toEqual(['3-0', '4-0', '5-0']);
  });

  it('are gone after clearing, and may come again', () => {
    const events = new RecentEvents<{ id: string }>(3);
    events.add([row('1-0')]);
    events.clear();
    expect(events.all).toEqual([]);
    expect(events.add([row('1-0')])).toHaveLength(1);
  });

  it('are ordered number by number, however large, and somehow when ids are none', () => {
    expect(compareIds('9-1', '10-0')).toBeLessThan(0);
    expect(compareIds('18446744073709551615-2', '18446744073709551615-1')).toBeGreaterThan(0);
    expect(compareIds('7-7', '7-7')).toBe(0);
    expect(['9-10', '9-9-2', '9-9', '10-0', '9-9-1'].sort(compareIds)).toEqual([
      '9-9',
      '9-9-1',
      '9-9-2',
      '9-10',
      '10-0',
    ]);
    expect(compareIds('', '7-7')).toBeLessThan(0);
    expect(compareIds('x', 'a')).toBeGreaterThan(0);
  });
});
