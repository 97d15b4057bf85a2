import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { type Grant, Sessions, type Token } from '../../../src/braiins/sessions';
import type { Credentials } from '../../../src/fleet/credentials';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { ManualClock } from '../../fixtures/manualClock';

const miner: Miner = {
  id: 'north-0007',
  host: '127.10.0.7',
  port: 50051,
  tenant: 'global',
  tags: [],
  tls: false,
  credentials: 'default',
};

interface PendingLogin {
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
  grant(token: string, timeoutMs?: number): void;
  fail(error: Error): void;
}

function setUp() {
  const clock = new ManualClock();
  const logins: PendingLogin[] = [];
  const state: { credentials: Credentials | undefined } = { credentials: { username: 'root', password: 'one' } };
  const sessions = new Sessions(
    { find: async () => state.credentials },
    (_miner, credentials, signal) =>
      new Promise<Grant>((resolve, reject) => {
        logins.push({
          credentials,
          signal,
          grant: (token, timeoutMs) => resolve({ token, timeoutMs }),
          fail: reject,
        });
      }),
    clock,
  );
  const login = async (index: number): Promise<PendingLogin> => {
    await expect.poll(() => logins.length, { timeout: 10_000, interval: 1 }).toBeGreaterThan(index);
    return logins[index] as PendingLogin;
  };
  return { clock, logins, state, sessions, login };
}

const refused = () => new SourceError('login-refused', 'no');

describe('Sessions', () => {
  it('logs in once for all who wait', async () => {
    const { sessions, login, logins } = setUp();
    const waiting = [1, 2, 3].map(() => sessions.token(miner, undefined));
    (await login(0)).grant('a');
    expect((await Promise.all(waiting)).map((token) => token?.value)).toEqual(['a', 'a', 'a']);
    expect(logins).toHaveLength(1);
  });

  it('keeps one session per address and credentials name', async () => {
    const { sessions, login } = setUp();
    const first = sessions.token(miner, undefined);
    const sameMachine = sessions.token({ ...miner, id: 'alias' }, undefined);
    const otherLogin = sessions.token({ ...miner, credentials: 'guest' }, undefined);
    (await login(0)).grant('a');
    (await login(1)).grant('b');
    expect((await first)?.value).toBe('a');
    expect(await sameMachine).toBe(await first);
    expect((await otherLogin)?.value).toBe('b');
  });

  it('gives no token when no credentials are known', async () => {
    const { sessions, state, logins } = setUp();
    state.credentials = undefined;
    expect(await sessions.token(miner, undefined)).toBeUndefined();
    expect(logins).toHaveLength(0);
  });

  it('logs in again when the token was not used for its whole life, but not while it is used', async () => {
    const { sessions, clock, login, logins } = setUp();
    const pending = sessions.token(miner, undefined);
    (await login(0)).grant('a', 1000);
    const token = (await pending) as Token;
    clock.advance(900);
    sessions.renewedByUse(miner, token, clock.now());
    clock.advance(900);
    expect(await sessions.token(miner, undefined)).toBe(token);
    clock.advance(100);
    const next = sessions.token(miner, undefined);
    (await login(1)).grant('b', 1000);
    expect((await next)?.value).toBe('b');
    expect(logins).toHaveLength(2);
  });

  it('does not log in again for callers that come late with the old token', async () => {
    const { sessions, login, logins } = setUp();
    const pending = sessions.token(miner, undefined);
    (await login(0)).grant('a');
    const old = await pending;
    const first = sessions.renew(miner, old, undefined);
    const during = sessions.renew(miner, old, undefined);
    (await login(1)).grant('b');
    expect((await first)?.value).toBe('b');
    expect((await during)?.value).toBe('b');
    expect((await sessions.renew(miner, old, undefined))?.value).toBe('b');
    expect(logins).toHaveLength(2);
  });

  it('cancels one waiter without the others', async () => {
    const { sessions, login } = setUp();
    const leave = new AbortController();
    const leaving = sessions.token(miner, leave.signal);
    const staying = sessions.token(miner, undefined);
    const flight = await login(0);
    leave.abort();
    await expect(leaving).rejects.toThrow(CancelledError);
    expect(flight.signal.aborted).toBe(false);
    flight.grant('a');
    expect((await staying)?.value).toBe('a');
  });

  it('gives up a login that nobody waits for, and lets nobody join it', async () => {
    const { sessions, login } = setUp();
    const leave = new AbortController();
    const leaving = sessions.token(miner, leave.signal);
    const abandoned = await login(0);
    leave.abort();
    await expect(leaving).rejects.toThrow(CancelledError);
    expect(abandoned.signal.aborted).toBe(true);
    const next = sessions.token(miner, undefined);
    (await login(1)).grant('b');
    abandoned.grant('late');
    expect((await next)?.value).toBe('b');
    expect((await sessions.token(miner, undefined))?.value).toBe('b');
  });

  it('remembers a refused login until the credentials change', async () => {
    const { sessions, state, login, logins } = setUp();
    const pending = sessions.token(miner, undefined);
    const error = refused();
    (await login(0)).fail(error);
    await expect(pending).rejects.toBe(error);
    await expect(sessions.token(miner, undefined)).rejects.toBe(error);
    expect(logins).toHaveLength(1);
    state.credentials = { username: 'root', password: 'two' };
    const next = sessions.token(miner, undefined);
    (await login(1)).grant('b');
    expect((await next)?.value).toBe('b');
  });

  it('tries a refused login again once it is told to forget', async () => {
    const { sessions, login } = setUp();
    const pending = sessions.token(miner, undefined);
    (await login(0)).fail(refused());
    await expect(pending).rejects.toThrow(SourceError);
    sessions.forgetRefusal(miner);
    const next = sessions.token(miner, undefined);
    (await login(1)).grant('b');
    expect((await next)?.value).toBe('b');
  });

  it('does not remember a login that merely got no answer', async () => {
    const { sessions, login } = setUp();
    const pending = sessions.token(miner, undefined);
    (await login(0)).fail(new SourceError('timeout', 'slow'));
    await expect(pending).rejects.toThrow('slow');
    const next = sessions.token(miner, undefined);
    (await login(1)).grant('b');
    expect((await next)?.value).toBe('b');
  });

  it('forgets the miners that left, and no other', async () => {
    const { sessions, login, logins } = setUp();
    const former = { ...miner, host: '127.10.0.8' };
    for (const [index, each] of [miner, former].entries()) {
      const pending = sessions.token(each, undefined);
      (await login(index)).grant(`token-${index}`);
      await pending;
    }
    sessions.retain([miner]);
    expect((await sessions.token(miner, undefined))?.value).toBe('token-0');
    const next = sessions.token(former, undefined);
    (await login(2)).grant('b');
    expect((await next)?.value).toBe('b');
    expect(logins).toHaveLength(3);
  });
});
