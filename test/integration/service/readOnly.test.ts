import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { minerKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import { createRuntime } from '../../../src/runtime';
import type { FleetServices } from '../../../src/service/fleetServices';
import { ReadOnlyError } from '../../../src/service/writeAccess';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { PATIENT_MS } from '../../fixtures/redis';

const LOGIN = { username: 'test', password: 'test-password' };

describe('a read-only connection', () => {
  let rig: TestFleet;
  let admin: Redis;
  let services: FleetServices | undefined;

  beforeEach(async () => {
    rig = await startTestFleet({ miners: 3, seed: 3 });
    admin = new Redis(rig.redis.port, '127.0.0.1');
  });

  afterEach(async () => {
    await services?.close();
    admin.disconnect();
    await rig.stop();
  });

  async function open(
    connection: { readonly readOnly?: boolean; readonly environment?: 'production' },
    password?: string,
  ): Promise<FleetServices> {
    services = await createRuntime({
      kind: 'window',
      watch: false,
      inventoryPath: rig.inventoryPath,
      redis: { url: rig.redis.url, secrets: { password }, commandTimeoutMs: PATIENT_MS },
      connection: { name: 'plant', advice: 'Ask the plant.', ...connection },
      ttls: {},
      credentials: { find: async () => LOGIN },
      logger: silentLogger,
    });
    return services;
  }

  const firstMiner = ({ inventory }: FleetServices) => inventory.current.miners[0] as Miner;

  /** Everything of ours that a person could have changed: the heartbeats go on by themselves. */
  async function generations(): Promise<Record<string, string | null>> {
    const keys = (await admin.keys('v1:gen:*')).sort();
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await admin.get(key)])));
  }

  it('refuses what is done by hand, changes nothing, and is read through and filled all the same', async () => {
    const opened = await open({ readOnly: true });
    const miner = firstMiner(opened);
    expect((await opened.reads.miner(miner, 'status')).origin).toBe('source');
    // Written after the answer.
    await eventually(async () => expect(await admin.exists(minerKey(miner.id, 'status'))).toBe(1));
    await admin.set('foreign', 'value');
    const before = await generations();
    const { miners } = opened.inventory.current;
    const attempts = [
      () => opened.invalidator.invalidate({ type: 'fleet' }, 'test'),
      () => opened.invalidator.invalidate({ type: 'tenant', tenant: miner.tenant }, 'test'),
      () => opened.invalidator.invalidate({ type: 'miner', miner }, 'test'),
      () => opened.invalidator.invalidate({ type: 'tag', tag: miner.tags[0] ?? '' }, 'test'),
      () => opened.patternInvalidator.invalidate(['v1:cache:*'], 'test'),
      () => opened.keyPurge.purge('v1:cache:*'),
      () => opened.testEvents.publish(miner, 'status'),
      () => opened.testEvents.publish(miner, 'config'),
      () => opened.writer.change(miner, { type: 'pause' }),
      () => opened.fleetWriter.change(miners, { type: 'pause' }),
      () => opened.ttls.set('miner:status', 20),
      () => opened.benchmarks.run('quick', { signal: new AbortController().signal, onProgress() {} }),
      () => opened.keyEditor.setTtl(minerKey(miner.id, 'status'), 60_000),
      () => opened.keyEditor.setTtl('foreign', 60_000, { allowForeign: true }),
      () => opened.keyEditor.remove([minerKey(miner.id, 'status')]),
      () => opened.keyEditor.remove(['foreign'], { allowForeign: true }),
      () => opened.keyEditor.refresh(minerKey(miner.id, 'status')),
    ];
    for (const attempt of attempts) {
      const error = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ReadOnlyError);
      expect(String(error)).toMatch(
        /cannot .*: the connection "plant" is read-only, because it was made so\. Ask the plant\./,
      );
    }
    expect(await generations()).toEqual(before);
    expect(await admin.keys('v1:bench:*')).toEqual([]);
    expect(await admin.ttl('foreign')).toBe(-1);
    expect((await opened.reads.miner(miner, 'status')).data.state).toBe('normal');
    expect(await opened.invalidator.plan({ type: 'miner', miner })).toMatchObject({ miners: 1, entries: 1 });
    expect(await opened.patternInvalidator.count(['v1:cache:*'])).toMatchObject({ matched: 1 });
    expect(await opened.keyPurge.preview('v1:cache:*')).toMatchObject({ matched: 1 });
    expect((await opened.warmer.warm(miners, ['stats'])).warmed).toBe(miners.length);
  });

  it('goes on with what the cache does on its own account', async () => {
    const opened = await open({ readOnly: true });
    const miner = firstMiner(opened);
    await opened.reads.miner(miner, 'status');
    await opened.invalidator.noteEvent(miner, 'status');
    await opened.invalidator.noteMembers([miner.tenant]);
    await opened.invalidator.noteMoved(miner);
    expect((await opened.reads.miner(miner, 'status')).origin).toBe('source');
    await eventually(async () => expect(await opened.instances.list()).toHaveLength(1));
  });

  it('is what a login and the label production make, until the person allows writing', async () => {
    const labelled = await open({ environment: 'production' });
    const scope = { type: 'fleet' } as const;
    await expect(labelled.invalidator.invalidate(scope, 'test')).rejects.toThrow('it is labelled production');
    labelled.connection.access.update({ readOnly: false, environment: 'production' });
    expect(await labelled.invalidator.invalidate(scope, 'test')).toEqual({ deferred: false });
    expect(labelled.connection).toMatchObject({ name: 'plant', environment: 'production' });
    await labelled.close();
    await admin.config('SET', 'requirepass', 'secret');
    const withLogin = await open({}, 'secret');
    await expect(withLogin.invalidator.invalidate(scope, 'test')).rejects.toThrow('it has a login');
  });
});
