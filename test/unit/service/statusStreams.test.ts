import { beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import { type MinerSource, SourceError, type StatusWatcher } from '../../../src/fleet/minerSource';
import { StatusStreams } from '../../../src/service/statusStreams';
import { ManualClock } from '../../fixtures/manualClock';

function miner(id: string, more: Partial<Miner> = {}): Miner {
  const address = { host: `${id}.example`, port: 50_051, tls: false };
  return { id, ...address, tenant: 'global', tags: [], credentials: 'default', ...more };
}

function fleet(count: number): Map<string, Miner> {
  return new Map(Array.from({ length: count }, (_, index) => [`m${index}`, miner(`m${index}`)]));
}

describe('StatusStreams', () => {
  let clock: ManualClock;
  let open: Map<string, { readonly miner: Miner; readonly watcher: StatusWatcher }>;
  let opened: number;
  let streams: StatusStreams;

  beforeEach(() => {
    clock = new ManualClock();
    open = new Map();
    opened = 0;
    const source = {
      watchStatus(target: Miner, watcher: StatusWatcher) {
        const stream = { miner: target, watcher };
        open.set(target.id, stream);
        opened++;
        return { dispose: () => open.get(target.id) === stream && open.delete(target.id) };
      },
    } as unknown as MinerSource;
    streams = new StatusStreams({ source, clock, onStatus: () => {}, onLost: () => {} });
  });

  function answer(): void {
    for (const { watcher } of [...open.values()]) {
      watcher.onStatus({ state: 'normal' });
    }
  }

  it('opens thousands a few at a time, the next when one has brought something', () => {
    streams.set(fleet(2_000));
    expect(open.size).toBe(64);
    open.get('m0')?.watcher.onStatus({ state: 'normal' });
    open.get('m1')?.watcher.onLost(new SourceError('unreachable', 'gone'));
    expect(open.size).toBe(66);
    // What has brought something makes room once.
    open.get('m0')?.watcher.onStatus({ state: 'paused' });
    expect(open.size).toBe(66);
    for (let round = 0; round < 2_000 / 64; round++) {
      answer();
    }
    expect(open.size).toBe(2_000);
    expect(streams.size).toBe(2_000);
  });

  it('does not let miners that say nothing hold up the others', () => {
    streams.set(fleet(200));
    clock.advance(1_000);
    expect(open.size).toBe(128);
    clock.advance(2_000);
    expect(open.size).toBe(200);
    expect(clock.pending).toHaveLength(200 - 3 * 64);
  });

  it('closes what is not wanted any more, and opens anew what has moved or has another login', () => {
    const wanted = fleet(4);
    streams.set(wanted);
    const before = new Map(open);
    wanted.delete('m0');
    wanted.set('m1', miner('m1', { port: 1 }));
    wanted.set('m2', miner('m2', { credentials: 'other' }));
    wanted.set('m3', miner('m3', { tags: ['another tag'] }));
    streams.set(wanted);
    expect([...open.keys()].sort()).toEqual(['m1', 'm2', 'm3']);
    expect(open.get('m1')?.miner.port).toBe(1);
    expect(open.get('m2')?.miner.credentials).toBe('other');
    expect(open.get('m3')).toBe(before.get('m3'));
    expect(opened).toBe(6);
  });

  it('opens a stream anew when told to, and none that is not wanted', () => {
    streams.set(fleet(1));
    streams.reopen('m0');
    expect(opened).toBe(2);
    streams.set(new Map());
    streams.reopen('m0');
    expect(opened).toBe(2);
  });

  it('leaves nothing behind', () => {
    streams.set(fleet(200));
    streams.dispose();
    expect(open.size).toBe(0);
    expect(clock.pending).toEqual([]);
  });
});
