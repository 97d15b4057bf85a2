import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/cache/store';
import {
  type AccessSettings,
  type AccessState,
  type ConnectionTraits,
  ReadOnlyError,
  WriteAccess,
} from '../../../src/service/writeAccess';

const LOCAL: ConnectionTraits = { isRemote: false, hasTls: false, isCluster: false, hasLogin: false };
const REMOTE: ConnectionTraits = { ...LOCAL, isRemote: true };

function access({
  traits = {},
  settings = {},
  keys = async () => 0,
}: {
  readonly traits?: Partial<ConnectionTraits>;
  readonly settings?: Partial<AccessSettings>;
  keys?(): Promise<number>;
}) {
  let asked = 0;
  const guard = new WriteAccess({
    connection: 'plant',
    advice: 'Ask the plant.',
    readOnly: undefined,
    environment: undefined,
    ...settings,
    traits: { ...LOCAL, ...traits },
    keyCount: () => {
      asked++;
      return keys();
    },
  });
  return { guard, asked: () => asked };
}

const outcome = (guard: WriteAccess) =>
  guard.require('purge keys').then(
    () => 'allowed',
    (error: unknown) => {
      expect(error).toBeInstanceOf(ReadOnlyError);
      return (error as ReadOnlyError).message;
    },
  );

describe('WriteAccess', () => {
  it.each([
    [{ hasTls: true }, 'it uses TLS, which looks like production'],
    [{ isCluster: true }, 'it is a Cluster, which looks like production'],
    [{ hasLogin: true }, 'it has a login, which looks like production'],
    [{ hasTls: true, hasLogin: true }, 'it uses TLS and has a login, which looks like production'],
  ])('reads only over what looks like production: %o', async (traits, why) => {
    const { guard, asked } = access({ traits });
    expect(guard.state).toEqual({ mode: 'read-only', why });
    expect(await outcome(guard)).toBe(
      `Fleet Cache cannot purge keys: the connection "plant" is read-only, because ${why}. Ask the plant.`,
    );
    expect(asked()).toBe(0);
  });

  it('asks a Redis of this machine nothing, and lets write', async () => {
    const { guard, asked } = access({ keys: async () => 1_000_000 });
    expect(await outcome(guard)).toBe('allowed');
    expect(asked()).toBe(0);
  });

  it.each([
    [10_000, 'read-write'],
    [10_001, 'read-only'],
  ])('counts the keys of another machine once: %i', async (count, mode) => {
    const { guard, asked } = access({ traits: REMOTE, keys: async () => count });
    expect(guard.state).toEqual({ mode: 'undecided' });
    const told: AccessState[] = [];
    guard.onDidChange((state) => told.push(state));
    await Promise.all([guard.decide(), outcome(guard), outcome(guard)]);
    expect(guard.state.mode).toBe(mode);
    expect(told.map((state) => state.mode)).toEqual([mode]);
    expect((await outcome(guard)) === 'allowed').toBe(mode === 'read-write');
    expect(asked()).toBe(1);
  });

  it('lets nobody write while the keys cannot be counted, and says why', async () => {
    let isDown = true;
    const keys = async () => {
      if (isDown) {
        throw new StoreError('Redis at 10.0.0.1:6379 did not answer within 500 ms.');
      }
      return 5;
    };
    const { guard } = access({ traits: REMOTE, keys });
    expect(await guard.decide()).toEqual({ mode: 'undecided' });
    expect(await outcome(guard)).toContain('cannot be counted: Redis at 10.0.0.1:6379 did not answer within 500 ms.');
    isDown = false;
    expect(await outcome(guard)).toBe('allowed');
  });

  it('does as the person says, whatever it looks like', async () => {
    const looksLikeProduction = { ...REMOTE, hasTls: true, isCluster: true, hasLogin: true };
    const opened = access({ traits: looksLikeProduction, settings: { readOnly: false, environment: 'production' } });
    expect(await outcome(opened.guard)).toBe('allowed');
    const closed = access({ settings: { readOnly: true, environment: 'development' } });
    expect(await outcome(closed.guard)).toContain('because it was made so.');
  });

  it('takes the label production as a sign', async () => {
    expect(await outcome(access({ settings: { environment: 'production' } }).guard)).toContain('labelled production');
    expect(await outcome(access({ settings: { environment: 'staging' } }).guard)).toBe('allowed');
  });

  it('takes no other label as a proof that it is not production', async () => {
    const { guard } = access({ traits: { hasTls: true }, settings: { environment: 'development' } });
    expect(await outcome(guard)).toContain('it uses TLS');
  });

  it('follows what the person changes, and tells it', async () => {
    const { guard } = access({ traits: { hasLogin: true } });
    const told: AccessState[] = [];
    guard.onDidChange((state) => told.push(state));
    guard.update({ readOnly: false, environment: undefined });
    expect(await outcome(guard)).toBe('allowed');
    guard.update({ readOnly: false, environment: 'production' });
    expect(guard.environment).toBe('production');
    guard.update({ readOnly: undefined, environment: 'production' });
    expect(await outcome(guard)).toContain('labelled production');
    expect(told.map(({ mode }) => mode)).toEqual(['read-write', 'read-only']);
  });
});
