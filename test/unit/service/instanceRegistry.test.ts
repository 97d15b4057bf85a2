import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import type { InstanceDirectory, InstanceRecord, Offer, Roll } from '../../../src/cache/instanceDirectory';
import { figuresOf } from '../../../src/cache/instanceFigures';
import { CacheMetrics } from '../../../src/cache/metrics';
import { StoreError } from '../../../src/cache/store';
import { InstanceRegistry } from '../../../src/service/instanceRegistry';
import { makeOffer, readOffer } from '../../../src/service/watchOffer';
import { ManualClock } from '../../fixtures/manualClock';

const BEAT_MS = 1_000;
/** In which time is moved, so that what comes sooner than a heartbeat does. */
const STEPS = 6;
const OURS = makeOffer(['m1', 'm2']);
const THEIRS = makeOffer(['m2', 'm3']);

/** A directory that fails, forgets and lies when it is told to. */
class FaultyDirectory implements InstanceDirectory {
  readonly roll = new Map<string, string | undefined>();
  readonly offers = new Map<string, Offer>();
  /** Lookups as they were told, each time. */
  readonly figures: number[] = [];
  isDown = false;
  beats = 0;
  offersRead = 0;

  async beat({ id, figures }: InstanceRecord, offer: Offer): Promise<Roll> {
    this.beats++;
    this.check();
    if (figures !== undefined) {
      this.figures.push(figures.start.lookups);
    }
    const wasKnown = this.roll.has(id);
    this.roll.set(id, offer.fingerprint);
    return { wasKnown, live: new Map(this.roll) };
  }

  async offerOf(id: string): Promise<Offer | undefined> {
    this.check();
    this.offersRead++;
    return this.offers.get(id);
  }

  async list(): Promise<readonly InstanceRecord[]> {
    return [];
  }

  async sightings(): Promise<readonly []> {
    return [];
  }

  async remove(id: string): Promise<void> {
    this.check();
    this.roll.delete(id);
  }

  join(id: string, offer: Offer): void {
    this.roll.set(id, offer.fingerprint);
    this.offers.set(id, offer);
  }

  private check(): void {
    if (this.isDown) {
      throw new StoreError('Redis at 127.0.0.1:1 refused the connection (ECONNREFUSED). Is it running?');
    }
  }
}

describe('InstanceRegistry', () => {
  let clock: ManualClock;
  let directory: FaultyDirectory;
  let metrics: CacheMetrics;
  let registry: InstanceRegistry;

  beforeEach(async () => {
    clock = new ManualClock();
    metrics = new CacheMetrics(clock);
    directory = new FaultyDirectory();
    const self = { id: 'us', kind: 'server', host: 'h', pid: 1, version: '1', startedAt: 1 } as const;
    registry = new InstanceRegistry({
      directory,
      self,
      figures: () => figuresOf(metrics),
      clock,
      logger: silentLogger,
    });
    registry.setOffer(OURS);
    registry.start();
    await settled();
  });

  afterEach(() => registry.dispose());

  /** Lets what is under way come to its end; nothing in this test takes longer. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      await Promise.resolve();
    }
  }

  async function beats(count: number): Promise<void> {
    for (let step = 0; step < count * STEPS; step++) {
      clock.advance(BEAT_MS / STEPS);
      await settled();
    }
  }

  it('knows nobody before a second heartbeat, by which the others have found it too', async () => {
    expect(registry.watchers).toBeUndefined();
    await beats(1);
    expect(registry.watchers).toEqual(new Map([['us', readOffer(OURS)]]));
  });

  it('knows what others offer, and reads an offer once', async () => {
    directory.join('them', THEIRS);
    directory.join('server without watching', { fingerprint: '', text: '' });
    await beats(5);
    expect(registry.watchers).toEqual(
      new Map([
        ['us', readOffer(OURS)],
        ['them', readOffer(THEIRS)],
      ]),
    );
    expect(directory.offersRead).toBe(1);
    directory.join('them', makeOffer(['m4']));
    await beats(1);
    expect(registry.watchers?.get('them')).toEqual(readOffer(makeOffer(['m4'])));
  });

  it('tells its figures every five seconds, and at once when the directory has lost them', async () => {
    expect(directory.figures).toEqual([0]);
    metrics.recordLookup('miner:status', 'fetched', 1);
    await beats(4);
    expect(directory.figures).toEqual([0]);
    await beats(2);
    expect(directory.figures).toEqual([0, 1]);
    directory.roll.clear();
    await beats(2);
    expect(directory.figures).toEqual([0, 1, 1]);
    directory.isDown = true;
    await beats(6);
    expect(directory.figures).toEqual([0, 1, 1]);
    directory.isDown = false;
    await beats(1);
    expect(directory.figures).toEqual([0, 1, 1, 1]);
  });

  it('tells of changes and of nothing else', async () => {
    let changes = 0;
    registry.onDidChange(() => changes++);
    await beats(4);
    expect(changes).toBe(1);
    directory.join('them', THEIRS);
    await beats(2);
    expect(changes).toBe(2);
    directory.roll.delete('them');
    await beats(2);
    expect(changes).toBe(3);
  });

  it('keeps to what it knew of an instance whose record cannot be read for now', async () => {
    directory.join('them', THEIRS);
    await beats(2);
    directory.roll.set('them', undefined);
    await beats(2);
    expect(registry.watchers?.get('them')).toEqual(readOffer(THEIRS));
  });

  it('knows nobody while Redis is away, and waits for the others when it is back', async () => {
    directory.join('them', THEIRS);
    await beats(2);
    directory.isDown = true;
    await beats(4);
    expect(registry.watchers).toBeUndefined();
    directory.isDown = false;
    directory.roll.clear();
    await beats(1);
    // Alone on the roll, it must not believe that it is alone.
    expect(registry.watchers).toBeUndefined();
    directory.join('them', THEIRS);
    await beats(6);
    expect([...(registry.watchers?.keys() ?? [])].sort()).toEqual(['them', 'us']);
  });

  it('keeps to what it knows when a heartbeat or two fail, and soon tries again', async () => {
    directory.join('them', THEIRS);
    await beats(2);
    let changes = 0;
    registry.onDidChange(() => changes++);
    const before = directory.beats;
    directory.isDown = true;
    await beats(2);
    expect(directory.beats - before).toBeGreaterThan(2);
    directory.isDown = false;
    await beats(4);
    expect(changes).toBe(0);
    expect(registry.watchers?.size).toBe(2);
  });

  it('waits for the others when Redis lost the roll without being away', async () => {
    directory.join('them', THEIRS);
    await beats(2);
    directory.roll.clear();
    await beats(1);
    expect(registry.watchers).toBeUndefined();
    directory.join('them', THEIRS);
    await beats(6);
    expect(registry.watchers?.size).toBe(2);
  });

  it('takes leave, and gives no heartbeat afterwards', async () => {
    await beats(1);
    await registry.leave();
    expect(directory.roll.has('us')).toBe(false);
    const before = directory.beats;
    await beats(3);
    expect(directory.beats).toBe(before);
  });

  it('takes leave of a Redis that is away without an error', async () => {
    directory.isDown = true;
    await expect(registry.leave()).resolves.toBeUndefined();
  });
});
