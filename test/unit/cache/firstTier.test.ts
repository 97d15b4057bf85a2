import { beforeEach, describe, expect, it } from 'vitest';
import { FirstTier, type FirstTierLimits } from '../../../src/cache/firstTier';
import { KeptReading, type KeptTerms } from '../../../src/cache/keptReading';
import { ManualClock } from '../../fixtures/manualClock';
import { MemoryServer } from '../../fixtures/memoryServer';
import { turn } from './rig';

const KEY = 'v1:cache:miner:m1:status';
const SCOPE = 'v1:gen:miner:m1';

describe('FirstTier', () => {
  let clock: ManualClock;
  let server: MemoryServer;

  beforeEach(() => {
    clock = new ManualClock();
    server = new MemoryServer({ now: () => clock.now() });
  });

  function open(limits: FirstTierLimits | false = { maxEntries: 3, maxBytes: 100 }) {
    const link = server.openLink(() => clock.monotonic());
    return { link, tier: new FirstTier(link, clock, limits) };
  }

  function entry(data: unknown = {}, generations: KeptTerms['generations'] = []): KeptReading {
    const terms = { generations, freshUntil: clock.monotonic() + 10_000, costMs: 1 };
    return new KeptReading({ data, fetchedAt: clock.now(), ttlS: 10 }, terms);
  }

  it('gives back what it keeps until it expires, the same object to everybody', () => {
    const { tier } = open();
    const kept = entry({ a: [1] });
    tier.keep(KEY, kept, 10, tier.pushes.now());
    expect(tier.get(KEY, clock.monotonic())).toBe(kept);
    clock.advance(9_999);
    expect(tier.get(KEY, clock.monotonic())).toBe(kept);
    clock.advance(1);
    expect(tier.get(KEY, clock.monotonic())).toBeUndefined();
  });

  it('freezes what it keeps through and through', () => {
    const { tier } = open();
    const data = { boards: [{ chips: [1] }] };
    tier.keep(KEY, entry(data), 10, tier.pushes.now());
    expect(Object.isFrozen(data)).toBe(true);
    expect(Object.isFrozen(data.boards[0]?.chips)).toBe(true);
  });

  it('tells what each dataset takes', () => {
    const { tier } = open();
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    tier.keep('v1:cache:miner:m2:status', entry(), 20, tier.pushes.now());
    tier.keep('v1:cache:fleet:global:summary', entry(), 5, tier.pushes.now());
    expect(tier.usage()).toEqual(
      new Map([
        ['fleet:summary', { entries: 1, bytes: 5 }],
        ['miner:status', { entries: 2, bytes: 30 }],
      ]),
    );
    tier.drop('everything');
    expect(tier.usage()).toEqual(new Map());
    expect(open(false).tier.usage()).toEqual(new Map());
  });

  it('holds no more entries and bytes than it may, gives up what was used least recently, and counts that', () => {
    const { tier } = open();
    for (const name of ['a', 'b', 'c']) {
      tier.keep(name, entry(), 10, tier.pushes.now());
    }
    tier.get('a', clock.monotonic());
    tier.keep('d', entry(), 10, tier.pushes.now());
    expect(tier.get('b', clock.monotonic())).toBeUndefined();
    expect(tier.get('a', clock.monotonic())).toBeDefined();
    expect([tier.entryCount, tier.sizeBytes, tier.evictionCount]).toEqual([3, 30, 1]);

    tier.keep('e', entry(), 85, tier.pushes.now());
    expect(tier.sizeBytes).toBeLessThanOrEqual(100);
    expect(tier.get('e', clock.monotonic())).toBeDefined();
    tier.keep('too large', entry(), 101, tier.pushes.now());
    expect(tier.get('too large', clock.monotonic())).toBeUndefined();
  });

  it('does not count as evicted what was dropped or replaced', () => {
    const { tier } = open();
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    tier.keep(KEY, entry(), 20, tier.pushes.now());
    tier.drop([KEY]);
    expect([tier.entryCount, tier.sizeBytes, tier.evictionCount]).toEqual([0, 0, 0]);
  });

  it('drops an entry when its key or one of its generations is pushed', async () => {
    const { tier } = open();
    const generation = tier.generations.learn(SCOPE, 7, tier.pushes.now());
    tier.keep(KEY, entry({}, generation === undefined ? [] : [generation]), 10, tier.pushes.now());
    expect(tier.get(KEY, clock.monotonic())).toBeDefined();
    server.generation(SCOPE, 'bump');
    await turn();
    expect(tier.get(KEY, clock.monotonic())).toBeUndefined();

    tier.keep(KEY, entry(), 10, tier.pushes.now());
    server.set(KEY, '1', 1_000);
    await turn();
    expect(tier.entryCount).toBe(0);
  });

  it('keeps nothing that was asked for before its push', async () => {
    const { tier } = open();
    const askedAt = tier.pushes.now();
    server.set(KEY, '1', 1_000);
    await turn();
    tier.keep(KEY, entry(), 10, askedAt);
    expect(tier.entryCount).toBe(0);
    expect(tier.generations.learn(KEY, 1, askedAt)).toBeUndefined();
  });

  it('answers nothing once the link was silent for a second, and forgets everything when it stands anew', () => {
    const { tier, link } = open();
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    link.fallSilent();
    clock.advance(1_000);
    expect(tier.get(KEY, clock.monotonic())).toBeDefined();
    clock.advance(1);
    expect(tier.get(KEY, clock.monotonic())).toBeUndefined();
    link.restore();
    expect(tier.isCoherent(clock.monotonic())).toBe(true);
    expect(tier.get(KEY, clock.monotonic())).toBeUndefined();
    expect(tier.entryCount).toBe(0);
  });

  it('answers nothing while the link is lost', () => {
    const { tier, link } = open();
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    link.lose();
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    expect(tier.get(KEY, clock.monotonic())).toBeUndefined();
  });

  it('says of a moment whether it still holds', async () => {
    const { tier, link } = open();
    const early = tier.basis(clock.monotonic());
    clock.advance(5_000);
    expect(tier.holdsSince(early, [SCOPE], clock.monotonic())).toBe(true);
    server.generation(SCOPE, 'bump');
    await turn();
    expect(tier.holdsSince(early, [SCOPE], clock.monotonic())).toBe(false);
    expect(tier.holdsSince(early, ['v1:gen:miner:m2'], clock.monotonic())).toBe(true);

    link.fallSilent();
    clock.advance(600);
    const late = tier.basis(clock.monotonic());
    clock.advance(400);
    expect(tier.holdsSince(late, [SCOPE], clock.monotonic())).toBe(true);
    clock.advance(1);
    // It may rest on generations that were known before the link fell silent, a second ago by now.
    expect(tier.holdsSince(late, [SCOPE], clock.monotonic())).toBe(false);
  });

  it('wakes who waits for a key by its push, by the loss of the link, and by the time', async () => {
    const { tier, link } = open();
    const woken: string[] = [];
    const wait = (name: string) => void tier.changed(KEY, 100).then(() => woken.push(name));
    wait('push');
    server.set(KEY, '1', 1_000);
    await turn();
    wait('loss');
    link.lose();
    await turn();
    wait('time');
    clock.advance(99);
    await turn();
    expect(woken).toEqual(['push', 'loss']);
    clock.advance(1);
    await turn();
    expect(woken).toEqual(['push', 'loss', 'time']);
    expect(clock.pending).toEqual([]);
  });

  it('holds nothing when it is switched off, and knows generations all the same', () => {
    const { tier } = open(false);
    tier.keep(KEY, entry(), 10, tier.pushes.now());
    expect([tier.isEnabled, tier.entryCount, tier.sizeBytes]).toEqual([false, 0, 0]);
    expect(tier.generations.learn(SCOPE, 7, tier.pushes.now())?.value).toBe(7);
    expect(tier.generations.get(SCOPE)?.isCurrent).toBe(true);
  });

  it('wakes everybody and hears nothing more when it is disposed', async () => {
    const { tier } = open();
    const waiting = tier.changed(KEY, 60_000);
    tier.dispose();
    await waiting;
    expect(clock.pending).toEqual([]);
  });
});
