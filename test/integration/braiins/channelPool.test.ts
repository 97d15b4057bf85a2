import { describe, expect, it, onTestFinished } from 'vitest';
import { ChannelPool } from '../../../src/braiins/channelPool';
import type { Miner } from '../../../src/fleet/miner';
import { ManualClock } from '../../fixtures/manualClock';
import { TestMiner } from './testMiner';

function newPool(maxChannels: number) {
  const clock = new ManualClock();
  const pool = new ChannelPool({
    clock,
    maxChannels,
    idleCloseMs: 1000,
    keepaliveMs: 20_000,
    keepaliveTimeoutMs: 10_000,
  });
  onTestFinished(() => pool.dispose());
  return { clock, pool };
}

/** Connects as a call would. */
async function use(pool: ChannelPool, miner: Miner) {
  const lease = pool.acquire(miner);
  await new Promise<void>((resolve, reject) => {
    lease.client.waitForReady(Date.now() + 5000, (error) => (error === undefined ? resolve() : reject(error)));
  });
  return lease;
}

async function useOnce(pool: ChannelPool, miner: Miner): Promise<boolean> {
  const lease = await use(pool, miner);
  lease.release();
  return lease.reused;
}

async function miners(count: number): Promise<Miner[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => TestMiner.start()));
  return servers.map((server) => server.miner);
}

describe('ChannelPool', () => {
  it('closes the channel that was unused the longest', async () => {
    const { pool } = newPool(2);
    const [a, b, c] = (await miners(3)) as [Miner, Miner, Miner];
    await useOnce(pool, a);
    await useOnce(pool, b);
    expect(await useOnce(pool, a)).toBe(true);
    await useOnce(pool, c);
    expect(pool.size).toBe(2);
    expect(await useOnce(pool, a)).toBe(true);
    expect(await useOnce(pool, b)).toBe(false);
  });

  it('exceeds the bound rather than cut a channel in use, and returns to it afterwards', async () => {
    const { pool } = newPool(1);
    const leases = await Promise.all((await miners(3)).map((miner) => use(pool, miner)));
    expect(pool.size).toBe(3);
    for (const lease of leases) {
      lease.release();
    }
    expect(pool.size).toBe(1);
  });

  it('keeps a few unused channels although all that are allowed are in use', async () => {
    const { pool } = newPool(8);
    const [a, b, ...watched] = (await miners(10)) as [Miner, Miner, ...Miner[]];
    const streams = await Promise.all(watched.map((miner) => use(pool, miner)));
    await useOnce(pool, a);
    expect(await useOnce(pool, a)).toBe(true);
    await useOnce(pool, b);
    expect(pool.size).toBe(streams.length + 1);
    expect(await useOnce(pool, b)).toBe(true);
    expect(await useOnce(pool, a)).toBe(false);
  });

  it('closes what was unused for its time, and no sooner', async () => {
    const { pool, clock } = newPool(10);
    const [a, b] = (await miners(2)) as [Miner, Miner];
    await useOnce(pool, a);
    clock.advance(600);
    await useOnce(pool, b);
    clock.advance(500);
    expect(pool.size).toBe(1);
    expect(clock.pending).toEqual([500]);
    clock.advance(500);
    expect(pool.size).toBe(0);
    expect(clock.pending).toEqual([]);
  });

  it('does not close what came into use again', async () => {
    const { pool, clock } = newPool(10);
    const [a] = (await miners(1)) as [Miner];
    await useOnce(pool, a);
    const lease = await use(pool, a);
    clock.advance(5000);
    expect(pool.size).toBe(1);
    lease.release();
    lease.release();
    clock.advance(1000);
    expect(pool.size).toBe(0);
  });

  it('gives no channel that met a deadline to anyone else, and leaves it to those who have it', async () => {
    const { pool } = newPool(10);
    const [a] = (await miners(1)) as [Miner];
    const staying = await use(pool, a);
    const late = await use(pool, a);
    expect(late.client).toBe(staying.client);
    late.release('suspect');
    const fresh = await use(pool, a);
    expect(fresh.client).not.toBe(staying.client);
    expect(pool.size).toBe(2);
    staying.release();
    expect(pool.size).toBe(1);
    fresh.release();
    expect(await useOnce(pool, a)).toBe(true);
  });
});
