import { describe, expect, it } from 'vitest';
import { KnownGenerations } from '../../../src/cache/generations';
import { RecentPushes } from '../../../src/cache/recentPushes';

describe('KnownGenerations', () => {
  it('gives all who depend on a scope the same, and voids it for all at once', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 10);
    const first = known.learn('a', 1, pushes.now());
    expect(known.learn('a', 1, pushes.now())).toBe(first);
    known.forget('a');
    expect(first?.isCurrent).toBe(false);
    expect(known.get('a')).toBeUndefined();
  });

  it('voids the former when it learns another value', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 10);
    const former = known.learn('a', 1, pushes.now());
    expect(known.learn('a', 2, pushes.now())).toMatchObject({ value: 2, isCurrent: true });
    expect(former?.isCurrent).toBe(false);
  });

  it('learns nothing that may have changed since it was asked for', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 10);
    const askedAt = pushes.now();
    pushes.note('a');
    expect(known.learn('a', 1, askedAt)).toBeUndefined();
    expect(known.learn('a', 1, pushes.now())?.value).toBe(1);
  });

  it('gives all entries of the same scopes the same list, as long as all of them are known', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 10);
    const values = () => known.all(['a', 'b'])?.map(({ value }) => value);
    known.learn('a', 1, pushes.now());
    expect(values()).toBeUndefined();
    known.learn('b', 2, pushes.now());
    const list = known.all(['a', 'b']);
    expect(values()).toEqual([1, 2]);
    expect(known.all(['a', 'b'])).toBe(list);
    expect(known.all(['b'])?.map(({ value }) => value)).toEqual([2]);
    known.learn('a', 3, pushes.now());
    expect(values()).toEqual([3, 2]);
    expect(list?.map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    known.clear();
    expect(known.all(['a', 'b'])).toBeUndefined();
    expect(known.all([])).toEqual([]);
  });

  it('gives up what was not used before what was, however long it is known', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 20);
    known.learn('all', 1, 0);
    for (let miner = 0; miner < 100; miner++) {
      known.learn(`miner ${miner}`, 1, 0);
      expect(known.all(['all', `miner ${miner}`])).toBeDefined();
    }
    expect(known.get('all')?.isCurrent).toBe(true);
    expect(known.get('miner 0')).toBeUndefined();
  });

  it('voids what goes for want of room: nobody would tell of its changes', () => {
    const pushes = new RecentPushes();
    const known = new KnownGenerations(pushes, 2);
    const first = known.learn('a', 1, 0);
    known.learn('b', 1, 0);
    known.learn('c', 1, 0);
    expect(first?.isCurrent).toBe(false);
  });
});

describe('RecentPushes', () => {
  it('tells what was pushed since a moment from what was not', () => {
    const pushes = new RecentPushes();
    pushes.note('a');
    const moment = pushes.now();
    pushes.note('b');
    expect(pushes.hasChangedSince('a', moment)).toBe(false);
    expect(pushes.hasChangedSince('a', 0)).toBe(true);
    expect(pushes.hasChangedSince('b', moment)).toBe(true);
    expect(pushes.hasChangedSince('c', 0)).toBe(false);
  });

  it('takes everything for changed after a loss, and only what was asked for before it', () => {
    const pushes = new RecentPushes();
    const before = pushes.now();
    pushes.noteEverything();
    expect(pushes.hasChangedSince('never pushed', before)).toBe(true);
    expect(pushes.hasChangedSince('never pushed', pushes.now())).toBe(false);
  });

  it('forgets no push when there are too many to remember', () => {
    const pushes = new RecentPushes();
    const before = pushes.now();
    pushes.note('first');
    for (let index = 0; index < 10_000; index++) {
      pushes.note(`key ${index}`);
    }
    const after = pushes.now();
    expect(pushes.hasChangedSince('first', before)).toBe(true);
    expect(pushes.hasChangedSince('key 0', before)).toBe(true);
    expect(pushes.hasChangedSince('first', after)).toBe(false);
  });
});
