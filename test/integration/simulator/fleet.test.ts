import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WireGetMinerStatusResponse } from '../../../src/braiins/proto/wire/miner';
import { type FleetOptions, SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import type { SimulatedMiner } from '../../../src/simulator/simulatedMiner';
import { failureOf, RawClient } from './rawClient';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

async function startFleet(options: FleetOptions): Promise<SimulatedFleet> {
  const fleet = await SimulatedFleet.start(options);
  cleanups.push(() => fleet.stop());
  return fleet;
}

async function startMiner(options: Omit<FleetOptions, 'miners'> = {}): Promise<[SimulatedMiner, RawClient]> {
  const fleet = await startFleet({ miners: 1, ...options });
  const miner = fleet.miners[0] as SimulatedMiner;
  return [miner, await clientOf(miner)];
}

async function clientOf(miner: SimulatedMiner): Promise<RawClient> {
  const client = await RawClient.connect(miner.miner);
  cleanups.push(() => client.close());
  return client;
}

describe('a simulated miner', () => {
  it('answers the calls that read', async () => {
    const [miner, client] = await startMiner();
    const { miner: methods, apiVersion } = client.services;

    expect((await client.unary(apiVersion.GetApiVersion, {})).response).toEqual({ major: 1, minor: 11 });

    const { response: details } = await client.unary(methods.GetMinerDetails, {});
    expect(details).toMatchObject({ hostname: miner.id, status: 'MINER_STATUS_NORMAL', bos_mode: 'BOS_MODE_NAND' });
    expect(details.psu_info?.version).toEqual({ value: expect.any(Number) });

    const { response: stats } = await client.unary(methods.GetMinerStats, {});
    const nominal = stats.miner_stats?.nominal_hashrate?.gigahash_per_second ?? 0;
    const lastHour = stats.miner_stats?.real_hashrate?.last_1h?.gigahash_per_second ?? 0;
    expect(nominal).toBeGreaterThan(50_000);
    expect(lastHour / nominal).toBeCloseTo(1, 1);
    expect(stats.pool_stats?.last_share_time?.seconds).toBeGreaterThan(1_600_000_000);

    const { response: cooling } = await client.unary(client.services.cooling.GetCoolingState, {});
    expect(cooling.fans).toHaveLength(details.miner_identity?.name?.includes('Hyd') ? 0 : 4);
    expect(cooling.highest_temperature?.temperature?.degree_c).toBeGreaterThan(30);

    const { response: boards } = await client.unary(methods.GetHashboards, {});
    expect(boards.hashboards?.map((board) => board.id)).toEqual(
      details.miner_identity?.name?.includes('Hyd') ? ['1', '2', '3', '4'] : ['1', '2', '3'],
    );
  });

  it('leaves out a proto3 zero, as real miners do', async () => {
    const [miner, client] = await startMiner();
    miner.setState('not-started');

    const { response } = await client.unary(client.services.miner.GetMinerDetails, {});

    expect(response.status).toBe('MINER_STATUS_NOT_STARTED');
    expect(response).not.toHaveProperty('bosminer_uptime_s');
  });

  it('streams the status at once and then each change', async () => {
    const [miner, client] = await startMiner();
    const seen: unknown[] = [];
    const stream = client.stream(client.services.miner.GetMinerStatus, {});
    stream.on('data', (message: WireGetMinerStatusResponse) => seen.push(message.status));
    stream.on('error', () => {});

    await vi.waitFor(() => expect(seen).toEqual(['MINER_STATUS_NORMAL']), { timeout: 10_000 });
    miner.setState('paused');
    miner.setState('paused');
    miner.setState('suspended');
    miner.setState(undefined);

    await vi.waitFor(
      () =>
        expect(seen).toEqual([
          'MINER_STATUS_NORMAL',
          'MINER_STATUS_PAUSED',
          'MINER_STATUS_SUSPENDED',
          'MINER_STATUS_NORMAL',
        ]),
      { timeout: 10_000 },
    );
    stream.cancel();
  });

  it('switches hashboards off and on', async () => {
    const [, client] = await startMiner();
    const { miner } = client.services;
    const enabled = async () =>
      (await client.unary(miner.GetHashboards, {})).response.hashboards?.map((board) => board.enabled ?? false);

    const request = { save_action: 'SAVE_ACTION_SAVE_AND_APPLY', hashboard_ids: ['2'] } as const;
    const { response } = await client.unary(miner.DisableHashboards, { ...request, hashboard_ids: ['2'] });
    expect(response.hashboards).toEqual([{ id: '2' }]);
    expect((await enabled())?.slice(0, 3)).toEqual([true, false, true]);

    await client.unary(miner.EnableHashboards, { ...request, hashboard_ids: ['2'] });
    expect((await enabled())?.slice(0, 3)).toEqual([true, true, true]);
  });

  it('refuses to switch a hashboard that it does not have, and a request without save action', async () => {
    const [, client] = await startMiner();
    const { DisableHashboards } = client.services.miner;

    const unknown = await failureOf(
      client.unary(DisableHashboards, { save_action: 'SAVE_ACTION_SAVE', hashboard_ids: ['9'] }),
    );
    expect(unknown).toMatchObject({ code: status.NOT_FOUND, details: expect.stringContaining('"9"') });
    const incomplete = await failureOf(client.unary(DisableHashboards, { hashboard_ids: ['1'] }));
    expect(incomplete.code).toBe(status.INVALID_ARGUMENT);
  });

  it('sends logs and archives in chunks', async () => {
    const [miner, client] = await startMiner();
    const { GetLog, GetSupportArchive } = client.services.miner;

    const log = await client.collect(GetLog, { log_type: 'LOG_TYPE_BOSMINER' });
    expect(log.length).toBeGreaterThan(1);
    expect(Buffer.concat(log.map((chunk) => chunk.chunk_data ?? Buffer.alloc(0))).toString()).toContain(
      `${miner.id} bosminer`,
    );
    const archive = await client.collect(GetSupportArchive, { format: 'SUPPORT_ARCHIVE_FORMAT_ZIP' });
    expect(archive[0]?.chunk_data?.subarray(0, 2).toString()).toBe('PK');
  });

  it('counts the calls it gets, by method', async () => {
    const fleet = await startFleet({ miners: 2 });
    const [first, second] = fleet.miners as [SimulatedMiner, SimulatedMiner];
    const client = await clientOf(first);

    await client.unary(client.services.miner.GetMinerStats, {});
    await client.unary(client.services.miner.GetMinerStats, {});
    await client.unary(client.services.miner.GetErrors, {});

    expect(first.callCount('GetMinerStats')).toBe(2);
    expect(first.callCount('GetHashboards')).toBe(0);
    expect(first.callCount()).toBe(3);
    expect(second.callCount()).toBe(0);
    expect(fleet.callCount()).toBe(3);
  });
});

describe('login', () => {
  const login = { username: 'root', password: 'letmein' };

  it('is not asked for where the fleet has none, and any is accepted', async () => {
    const [, client] = await startMiner();

    const { response } = await client.unary(client.services.authentication.Login, { username: 'x', password: 'y' });

    expect(response.token).toMatch(/^\w+$/);
  });

  it('is asked for by every call but Login and GetApiVersion', async () => {
    const [, client] = await startMiner({ login });
    const { miner, authentication, apiVersion } = client.services;

    await client.unary(apiVersion.GetApiVersion, {});
    const calls = [
      client.unary(miner.GetMinerDetails, {}),
      client.unary(miner.GetMinerStats, {}),
      client.unary(miner.GetErrors, {}),
      client.unary(miner.GetHashboards, {}),
    ];
    for (const call of calls) {
      expect((await failureOf(call)).code).toBe(status.UNAUTHENTICATED);
    }
    expect((await failureOf(client.unary(authentication.SetPassword, {}))).code).toBe(status.UNAUTHENTICATED);
    expect((await failureOf(client.collect(miner.GetMinerStatus, {}))).code).toBe(status.UNAUTHENTICATED);
    expect((await failureOf(client.unary(miner.GetErrors, {}, 'made-up'))).code).toBe(status.UNAUTHENTICATED);
  });

  it('gives a token, in the answer and in its initial metadata', async () => {
    const [, client] = await startMiner({ login });

    const { response, metadata } = await client.unary(client.services.authentication.Login, login);

    expect(response.timeout_s).toBe(3_600);
    expect(metadata.get('authorization')).toEqual([response.token]);
    await client.unary(client.services.miner.GetMinerStats, {}, response.token);
  });

  it('refuses wrong words and says so', async () => {
    const [, client] = await startMiner({ login });

    const error = await failureOf(client.unary(client.services.authentication.Login, { ...login, password: 'wrong' }));

    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, details: expect.stringContaining('password') });
  });

  it('can be changed by SetPassword', async () => {
    const [, client] = await startMiner({ login });
    const { Login, SetPassword } = client.services.authentication;
    const { response } = await client.unary(Login, login);

    await client.unary(SetPassword, { password: 'new' }, response.token);

    expect((await failureOf(client.unary(Login, login))).code).toBe(status.UNAUTHENTICATED);
    await client.unary(Login, { ...login, password: 'new' });
  });

  it('is void once the tokens have expired', async () => {
    const [miner, client] = await startMiner({ login });
    const { response } = await client.unary(client.services.authentication.Login, login);
    await client.unary(client.services.miner.GetErrors, {}, response.token);

    miner.expireTokens();

    const error = await failureOf(client.unary(client.services.miner.GetErrors, {}, response.token));
    expect(error.code).toBe(status.UNAUTHENTICATED);
  });
});

describe('faults', () => {
  it('offline: nothing listens, and goOnline brings it back', async () => {
    const fleet = await startFleet({ miners: 3, faults: [{ kind: 'offline', percent: 30, durationMs: 0 }] });
    const offline = fleet.miners.filter((miner) => !miner.isOnline);
    expect(offline).toHaveLength(1);
    const miner = offline[0] as SimulatedMiner;
    expect(miner.miner.port).toBeGreaterThan(0);
    const client = await clientOf(miner);

    const error = await failureOf(client.unary(client.services.miner.GetErrors, {}));
    expect(error.code).toBe(status.UNAVAILABLE);
    await miner.goOnline();

    await vi.waitFor(() => client.unary(client.services.miner.GetErrors, {}), { timeout: 15_000 });
  });

  it('slow: every answer is held back', async () => {
    const [, client] = await startMiner({ faults: [{ kind: 'slow', percent: 100, durationMs: 300 }] });
    const started = performance.now();

    await client.unary(client.services.miner.GetErrors, {});

    // Timers may fire a little early against this clock.
    expect(performance.now() - started).toBeGreaterThan(280);
  });

  it('flap: goes down and comes back by itself', async () => {
    const fleet = await startFleet({ miners: 1, faults: [{ kind: 'flap', percent: 100, durationMs: 2_000 }] });
    const [miner] = fleet.miners as [SimulatedMiner];
    expect(miner.isOnline).toBe(true);
    for (const online of [false, true, false, true]) {
      await vi.waitFor(() => expect(miner.isOnline).toBe(online), { timeout: 15_000, interval: 10 });
    }
  });

  it('goOffline drops connections in use and ends streams', async () => {
    const [miner, client] = await startMiner();
    const ended = new Promise<number | undefined>((resolve) => {
      const stream = client.stream(client.services.miner.GetMinerStatus, {});
      stream.on('error', (error) => resolve('code' in error ? Number(error.code) : undefined));
      stream.once('data', () => void miner.goOffline());
    });

    expect(await ended).toBe(status.UNAVAILABLE);
    expect(miner.isOnline).toBe(false);
  });
});

describe('a simulated fleet', () => {
  it('gives each miner an address of its own and the same port', async () => {
    const scout = await startFleet({ miners: 1, host: '127.77.1.0' });
    const port = scout.miners[0]?.miner.port ?? 0;
    await scout.stop();

    const fleet = await startFleet({ miners: 3, host: '127.77.1.253', port });

    expect(fleet.miners.map(({ miner }) => miner.host)).toEqual(['127.77.1.254', '127.77.2.1', '127.77.2.2']);
    expect(fleet.miners.every(({ miner }) => miner.port === port)).toBe(true);
  });

  it('says which address is taken, and leaves nothing running', async () => {
    const first = await startFleet({ miners: 1, host: '127.77.3.4' });
    const port = first.miners[0]?.miner.port ?? 0;

    await expect(SimulatedFleet.start({ miners: 5, host: '127.77.3.0', port })).rejects.toThrow(
      new RegExp(`127\\.77\\.3\\.5:${port}.*EADDRINUSE`),
    );

    const second = await startFleet({ miners: 4, host: '127.77.3.0', port });
    expect(second.miners.every((miner) => miner.isOnline)).toBe(true);
  });

  it('finds a miner by id and says when there is none', async () => {
    const fleet = await startFleet({ miners: 2 });

    expect(fleet.miner('east-0001').id).toBe('east-0001');
    expect(() => fleet.miner('nobody')).toThrow('nobody');
  });
});
