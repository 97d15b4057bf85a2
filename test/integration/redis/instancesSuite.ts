import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import type { InstanceDirectory, InstanceRecord } from '../../../src/cache/instanceDirectory';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { PATIENT_MS, type TestRedis } from '../../fixtures/redis';

const OFFER = { fingerprint: 'abc', text: 'AAAAAAAA' };

export function recordOf(id: string, more: Partial<InstanceRecord> = {}): InstanceRecord {
  return { id, kind: 'server', host: 'host-1', pid: 4_711, version: '1.2.3', startedAt: 1_000, watched: 7, ...more };
}

/** Opened for the time of a test. */
export function openDirectory(url: string, commandTimeoutMs = PATIENT_MS): InstanceDirectory {
  const common = { clock: systemClock, logger: silentLogger };
  const redis = openRedis({ profile: parseRedisUrl(url), commandTimeoutMs, ...common });
  onTestFinished(() => redis.dispose());
  return redis.directory;
}

/** Connections to every server for the time of a test, to see and change what is there. */
export function adminsOf(servers: readonly TestRedis[]): readonly Redis[] {
  const admins = servers.map(({ port }) => new Redis(port, '127.0.0.1'));
  onTestFinished(() => {
    for (const admin of admins) {
      admin.disconnect();
    }
  });
  return admins;
}

/** What holds of the directory on one server and on a Cluster. */
export function describeInstances(
  server: () => { readonly url: string; readonly servers: readonly TestRedis[] },
): void {
  it('tells each other of all that give heartbeats, with what they offer', async () => {
    const [a, b] = [openDirectory(server().url), openDirectory(server().url)];
    expect(await a.beat(recordOf('a'), OFFER)).toEqual({ wasKnown: false, live: new Map([['a', 'abc']]) });
    const roll = await b.beat(recordOf('b', { kind: 'window', startedAt: 500 }), { fingerprint: '', text: '' });
    expect(roll).toEqual({
      wasKnown: false,
      live: new Map([
        ['a', 'abc'],
        ['b', ''],
      ]),
    });
    expect((await a.beat(recordOf('a'), OFFER)).wasKnown).toBe(true);
    expect(await b.offerOf('a')).toEqual(OFFER);
    expect(await b.offerOf('nobody')).toBeUndefined();
    expect(await a.list()).toEqual([recordOf('b', { kind: 'window', startedAt: 500 }), recordOf('a')]);
  });

  it('tells who fell silent, and not who took leave', async () => {
    const directory = openDirectory(server().url);
    await directory.beat(recordOf('a'), OFFER);
    await directory.beat(recordOf('b', { startedAt: 2_000 }), OFFER);
    await directory.beat(recordOf('c', { startedAt: 3_000 }), OFFER);
    await directory.remove('c');
    for (const admin of adminsOf(server().servers)) {
      // Of a Cluster only one master has the roll.
      await admin.zincrby('v1:instances', -10_000, 'a').catch(() => {});
    }
    expect(await directory.sightings()).toEqual([
      { record: recordOf('a'), isAlive: false },
      { record: recordOf('b', { startedAt: 2_000 }), isAlive: true },
    ]);
    expect(await directory.list()).toEqual([recordOf('b', { startedAt: 2_000 })]);
  });

  it('replaces an offer, and the record', async () => {
    const directory = openDirectory(server().url);
    await directory.beat(recordOf('a'), OFFER);
    await directory.beat(recordOf('a', { watched: 9 }), { fingerprint: 'def', text: 'BBBBBBBB' });
    expect(await directory.offerOf('a')).toEqual({ fingerprint: 'def', text: 'BBBBBBBB' });
    expect((await directory.list())[0]?.watched).toBe(9);
  });

  it('keeps the figures that a heartbeat brings until the next that brings some, and tells none that cannot be', async () => {
    const directory = openDirectory(server().url);
    const of = (lookups: number) => ({ lookups, hits: 2, sourceReads: 1 });
    const figures = { '1m': of(3), '5m': of(4), start: of(5) };
    await directory.beat(recordOf('a', { figures }), OFFER);
    await directory.beat(recordOf('a'), OFFER);
    expect(await directory.list()).toEqual([recordOf('a', { figures })]);
    for (const admin of adminsOf(server().servers)) {
      await admin.hset('v1:instance:a', 'figures', '1,2,3').catch(() => {});
    }
    expect(await directory.list()).toEqual([recordOf('a')]);
  });

  it('forgets who takes leave, and passes over who was never there', async () => {
    const directory = openDirectory(server().url);
    await directory.beat(recordOf('a'), OFFER);
    await directory.remove('a');
    await directory.remove('a');
    expect(await directory.list()).toEqual([]);
    const keys = await Promise.all(adminsOf(server().servers).map((admin) => admin.keys('*')));
    expect(keys.flat()).toEqual([]);
  });

  it('G4: leaves no key without expiry, and G5: none but its own, whatever an instance is called', async () => {
    const directory = openDirectory(server().url);
    await directory.beat(recordOf('a:b*{c}'), OFFER);
    const keys: string[] = [];
    for (const admin of adminsOf(server().servers)) {
      for (const key of await admin.keys('*')) {
        keys.push(key);
        expect(await admin.pttl(key), key).toBeGreaterThan(0);
      }
    }
    expect(keys.sort()).toEqual(['v1:instance:a%3Ab%2A%7Bc%7D', 'v1:instances']);
    expect((await directory.list()).map(({ id }) => id)).toEqual(['a:b*{c}']);
  });

  it('mends what something else put in the place of its keys', async () => {
    const directory = openDirectory(server().url);
    for (const admin of adminsOf(server().servers)) {
      for (const key of ['v1:instances', 'v1:instance:a']) {
        await admin.set(key, 'text').catch(() => {});
      }
    }
    await directory.beat(recordOf('a'), OFFER);
    expect(await directory.list()).toEqual([recordOf('a')]);
    expect(await directory.offerOf('a')).toEqual(OFFER);
  });
}
