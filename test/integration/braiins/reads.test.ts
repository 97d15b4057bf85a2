import { describe, expect, it } from 'vitest';
import { settleBounded } from '../../../src/base/concurrency';
import { CancelledError } from '../../../src/base/errors';
import { MINER_KINDS } from '../../../src/fleet/minerData';
import { ManualClock } from '../../fixtures/manualClock';
import { minerAt, noLogin } from './endpoints';
import { eventually, failure, newFleet, newSource, readAgain } from './sources';

describe('reading a simulated fleet', () => {
  it('reads every dataset of every miner, with finite numbers only', async () => {
    const fleet = await newFleet({ miners: 20 });
    const source = newSource();
    for (const kind of MINER_KINDS) {
      const results = await settleBounded(fleet.miners, 10, ({ miner }) => source.read(miner, kind));
      expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
      const values = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
      // JSON writes NaN and infinities as null.
      expect(JSON.stringify(values)).not.toContain('null');
    }
    expect(fleet.callCount('Login')).toBe(20);
    expect(source.openChannels).toBe(20);
  });

  it('tells the version of the API', async () => {
    const [miner] = (await newFleet()).miners;
    const version = await newSource().apiVersion(miner?.miner ?? minerAt(0));
    expect(version).toMatchObject({ major: 1, minor: expect.any(Number), patch: expect.any(Number) });
  });

  it('reads a miner that wants no login', async () => {
    const fleet = await newFleet({ login: undefined });
    const source = newSource({ credentials: noLogin });
    expect(await source.read(fleet.miners[0]?.miner ?? minerAt(0), 'status')).toEqual({ state: expect.any(String) });
    expect(fleet.callCount('Login')).toBe(0);
  });

  it('joins the pieces of a log and of a support archive', async () => {
    const [simulated] = (await newFleet()).miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource();
    const log = await source.log(miner, 'bosminer');
    expect(log.length).toBeGreaterThan(2048);
    expect(log.split('\n').slice(0, -1)).toSatisfy((lines: string[]) => lines.every((line) => / INFO /.test(line)));
    const archive = Buffer.from(await source.supportArchive(miner, 'zip'));
    expect(archive.subarray(0, 2).toString()).toBe('PK');
    expect(archive.toString('latin1')).toContain('bosminer.log');
  });

  it('gives up a slow miner at the deadline, and reads it when it is fast again', async () => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource({ deadlineMs: 1500 });
    await readAgain(source, miner);
    simulated?.setDelay(60_000);
    const begun = performance.now();
    const error = await failure(source.read(miner, 'stats'));
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(error.failure).toBe('timeout');
    expect(error.message).toContain('did not answer GetMinerStats within 1.5 s');
    simulated?.setDelay(0);
    await readAgain(source, miner);
  });

  it('holds login and call together to one deadline', async () => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    // Each answer comes within the deadline, both together do not.
    simulated?.setDelay(3000);
    const error = await failure(newSource({ deadlineMs: 5000 }).read(simulated?.miner ?? minerAt(0), 'stats'));
    expect(error.failure).toBe('timeout');
    expect(simulated?.callCount('GetMinerStats')).toBe(1);
  });

  it.each(['stats', 'status'] as const)('cancels a read of %s, on the miner too', async (kind) => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource();
    await source.read(miner, 'stats');
    simulated?.setDelay(60_000);
    const cancel = new AbortController();
    const read = source.read(miner, kind, cancel.signal);
    setTimeout(() => cancel.abort(), 100);
    const begun = performance.now();
    await expect(read).rejects.toThrow(CancelledError);
    expect(performance.now() - begun).toBeLessThan(15_000);
    await expect(source.read(miner, kind, cancel.signal)).rejects.toThrow(CancelledError);
    simulated?.setDelay(0);
    await source.read(miner, kind);
  });

  it('reaches a miner again at once after its return when somebody asks for it', async () => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource();
    await source.read(miner, 'stats');
    await simulated?.goOffline();
    for (let attempt = 0; attempt < 5; attempt++) {
      source.retryNow(miner);
      const error = await failure(source.read(miner, 'stats'));
      expect(error.failure).toBe('unreachable');
      expect(source.openChannels).toBe(0);
    }
    expect((await failure(source.read(miner, 'stats'))).message).toContain('refused the connection (ECONNREFUSED)');
    await simulated?.goOnline();
    source.retryNow(miner);
    await source.read(miner, 'stats');
  });

  it('reads 20 miners over at most 5 connections without failing a call', async () => {
    const fleet = await newFleet({ miners: 20 });
    const source = newSource({ maxChannels: 5 });
    for (let round = 0; round < 3; round++) {
      const results = await Promise.allSettled(fleet.miners.map(({ miner }) => source.read(miner, 'status')));
      expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
      await eventually(() => source.openChannels).toBeLessThanOrEqual(5);
    }
  });

  it('never cuts an open stream to keep the bound', async () => {
    const fleet = await newFleet({ miners: 12 });
    const source = newSource({ maxChannels: 2 });
    const seen = new Set<string>();
    const lost: string[] = [];
    for (const { miner } of fleet.miners.slice(0, 6)) {
      source.watchStatus(miner, { onStatus: () => seen.add(miner.id), onLost: (error) => lost.push(error.message) });
    }
    await eventually(() => seen.size).toBe(6);
    for (const { miner } of fleet.miners) {
      await source.read(miner, 'stats');
    }
    seen.clear();
    for (const simulated of fleet.miners.slice(0, 6)) {
      simulated.setState(simulated.state === 'paused' ? 'normal' : 'paused');
    }
    await eventually(() => seen.size).toBe(6);
    expect(lost).toEqual([]);
    expect(source.openChannels).toBe(6);
  });

  it('closes connections that nobody uses', async () => {
    const fleet = await newFleet({ miners: 3 });
    const clock = new ManualClock();
    const source = newSource({ idleCloseMs: 200, clock });
    await Promise.all(fleet.miners.map(({ miner }) => source.read(miner, 'stats')));
    expect(source.openChannels).toBe(3);
    clock.advance(200);
    expect(source.openChannels).toBe(0);
    await Promise.all(fleet.miners.map(({ miner }) => source.read(miner, 'stats')));
  });

  it('ends what is under way when it is disposed, and refuses what comes later', async () => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource();
    await source.read(miner, 'stats');
    simulated?.setDelay(60_000);
    const reads = [source.read(miner, 'stats'), source.read(miner, 'status')];
    await eventually(() => simulated?.callCount('GetMinerStatus')).toBe(1);
    source.dispose();
    for (const read of reads) {
      await expect(read).rejects.toThrow(CancelledError);
    }
    expect((await failure(source.read(miner, 'stats'))).message).toContain('connections to miners are closed');
    source.watchStatus(miner, { onStatus: () => {}, onLost: () => {} }).dispose();
    expect(source.openChannels).toBe(0);
  });
});
