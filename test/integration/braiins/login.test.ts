import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import type { Logger } from '../../../src/base/logger';
import type { Credentials } from '../../../src/fleet/credentials';
import type { FleetOptions } from '../../../src/simulator/simulatedFleet';
import { ManualClock } from '../../fixtures/manualClock';
import { LOGIN, minerAt, noLogin } from './endpoints';
import { eventually, failure, newFleet, newSource } from './sources';
import { TestMiner } from './testMiner';

async function oneMiner(options: Partial<FleetOptions> = {}) {
  const fleet = await newFleet(options);
  const [simulated] = fleet.miners;
  if (simulated === undefined) {
    throw new Error('The fleet is empty.');
  }
  return simulated;
}

describe('login', () => {
  it('happens once for fifty calls at the same time', async () => {
    const simulated = await oneMiner();
    const source = newSource();
    await Promise.all(Array.from({ length: 50 }, () => source.read(simulated.miner, 'stats')));
    expect(simulated.callCount('Login')).toBe(1);
    expect(simulated.callCount('GetMinerStats')).toBe(50);
  });

  it('happens exactly once more when the token dies under fifty running calls', async () => {
    const clock = new ManualClock();
    const simulated = await oneMiner({ clock });
    const source = newSource();
    await source.read(simulated.miner, 'stats');
    // The delay holds the calls back in front of the check of the token.
    simulated.setDelay(1500);
    const reads = Array.from({ length: 50 }, (_, index) =>
      source.read(simulated.miner, index % 2 ? 'stats' : 'status'),
    );
    await eventually(() => simulated.callCount('GetMinerStats')).toBeGreaterThan(20);
    simulated.expireTokens();
    simulated.setDelay(0);
    clock.advance(1500);
    await Promise.all(reads);
    expect(simulated.callCount('Login')).toBe(2);
  });

  it('is renewed before a token that is known to be dead is sent', async () => {
    const clock = new ManualClock();
    const simulated = await oneMiner({ tokenTimeoutS: 1, clock });
    const source = newSource({ clock });
    await source.read(simulated.miner, 'stats');
    clock.advance(1100);
    await source.read(simulated.miner, 'stats');
    expect(simulated.callCount('Login')).toBe(2);
    expect(simulated.callCount('GetMinerStats')).toBe(2);
  });

  it('is not repeated for a token that is kept alive by use', async () => {
    const clock = new ManualClock();
    const simulated = await oneMiner({ tokenTimeoutS: 2, clock });
    const source = newSource({ clock });
    for (let read = 0; read < 4; read++) {
      await source.read(simulated.miner, 'stats');
      clock.advance(800);
    }
    expect(simulated.callCount('Login')).toBe(1);
  });

  it('is not tried again once it was refused, by whomever and however often', async () => {
    const simulated = await oneMiner();
    const store: { login: Credentials } = { login: { username: 'root', password: 'wrong' } };
    const source = newSource({ credentials: { find: async () => store.login } });
    const reads = await Promise.all(Array.from({ length: 20 }, () => failure(source.read(simulated.miner, 'stats'))));
    for (let read = 0; read < 20; read++) {
      reads.push(await failure(source.read(simulated.miner, 'details')));
    }
    expect(new Set(reads.map((error) => error.failure))).toEqual(new Set(['login-refused']));
    expect(reads[0]?.message).toContain("refused the login of user 'root'");
    expect(simulated.callCount()).toBe(1);
    expect(source.openChannels).toBeLessThanOrEqual(1);

    source.retryNow(simulated.miner);
    expect((await failure(source.read(simulated.miner, 'stats'))).failure).toBe('login-refused');
    expect(simulated.callCount()).toBe(2);

    store.login = LOGIN;
    await source.read(simulated.miner, 'stats');
    expect(simulated.callCount('Login')).toBe(3);
  });

  it('says under which name credentials are missing', async () => {
    const simulated = await oneMiner();
    const miner = { ...simulated.miner, credentials: 'hall-b' };
    const error = await failure(newSource({ credentials: noLogin }).read(miner, 'stats'));
    expect(error.failure).toBe('no-credentials');
    expect(error.message).toContain("'hall-b'");
    expect(simulated.callCount('Login')).toBe(0);
  });

  it('survives the restart of the miner, which forgets its tokens', async () => {
    const simulated = await oneMiner();
    const source = newSource();
    await source.read(simulated.miner, 'stats');
    await simulated.goOffline();
    simulated.expireTokens();
    await simulated.goOnline();
    await source.read(simulated.miner, 'stats');
    expect(simulated.callCount('Login')).toBe(2);
  });

  it('is not lost for others when one who waits is cancelled', async () => {
    const clock = new ManualClock();
    const simulated = await oneMiner({ clock });
    simulated.setDelay(1000);
    const source = newSource();
    const cancel = new AbortController();
    const leaving = source.read(simulated.miner, 'stats', cancel.signal);
    const staying = source.read(simulated.miner, 'stats');
    await eventually(() => simulated.callCount('Login')).toBe(1);
    cancel.abort();
    await expect(leaving).rejects.toThrow(CancelledError);
    simulated.setDelay(0);
    clock.advance(1000);
    await staying;
    expect(simulated.callCount('Login')).toBe(1);
  });

  it('fails clearly when the miner takes the login but not its own token', async () => {
    const server = await TestMiner.start();
    server.onLogin = (_call, callback) => callback(null, { token: 'worthless' });
    const error = await failure(newSource().read(server.miner, 'stats'));
    expect(error.failure).toBe('failed');
    expect(error.message).toContain('accepted the login but not the token');
    expect(server.calls).toEqual({ Login: 2, GetMinerStats: 2 });
  });

  it.each([undefined, '', 'two\nlines', 'x'.repeat(10_000), 'ünprintable'])(
    'refuses the unusable token %j',
    async (token) => {
      const server = await TestMiner.start();
      server.onLogin = (_call, callback) => callback(null, token === undefined ? {} : { token });
      const error = await failure(newSource().read(server.miner, 'stats'));
      expect(error).toMatchObject({ failure: 'failed', message: expect.stringContaining('no usable token') });
    },
  );

  it('never quotes a password or a token, whatever the miner writes', async () => {
    const server = await TestMiner.start();
    const logged: string[] = [];
    const log = (message: string) => void logged.push(message);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const source = newSource({ logger });
    server.onStats = (call, callback) =>
      callback({ code: status.DATA_LOSS, details: `${call.metadata.get('authorization')} ${LOGIN.password}` });
    const errors = [await failure(source.read(server.miner, 'stats'))];
    server.onLogin = (call, callback) => callback({ code: status.INTERNAL, details: `for ${call.request.password}` });
    server.down();
    await server.up();
    errors.push(await failure(source.read(server.miner, 'stats')));
    errors.push(await failure(source.read(minerAt(server.port, { credentials: 'other' }), 'stats')));
    const [token = ''] = server.servedTokens;
    expect(token).toMatch(/^token-/);
    const written = [...logged, ...errors.flatMap((error) => [error.message, String(error.cause), error.stack])].join(
      '\n',
    );
    expect(written).toContain('***');
    expect(written).not.toContain(token);
    expect(written).not.toContain(LOGIN.password);
  });
});
