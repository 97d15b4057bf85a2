import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import type { WireApiVersion } from '../../../src/braiins/proto/wire/version';
import { eventually, failure, newSource } from './sources';
import { TestMiner } from './testMiner';

/** A miner that does not know GetCoolingState, and speaks the given version. */
async function oldMiner(version: WireApiVersion): Promise<TestMiner> {
  const server = await TestMiner.start();
  server.version = version;
  server.serve(
    ({ cooling }) => cooling.GetCoolingState,
    () => {
      throw Object.assign(new Error(), { code: status.UNIMPLEMENTED, details: 'unknown method' });
    },
  );
  return server;
}

it('names the call and the version, and does not ask again', async () => {
  const server = await oldMiner({ major: 1, minor: 3 });
  const source = newSource();
  for (let read = 0; read < 3; read++) {
    const error = await failure(source.read(server.miner, 'cooling'));
    expect(error.failure).toBe('unsupported');
    expect(error.message).toContain('GetCoolingState');
    expect(error.message).toContain('version 1.3.0');
  }
  expect(server.calls.GetCoolingState).toBe(1);
  expect(server.calls.GetApiVersion).toBe(1);
});

it('is remembered for all miners of the version, and for no other', async () => {
  const [one, two, newer] = [
    await oldMiner({ major: 1, minor: 3 }),
    await oldMiner({ major: 1, minor: 3 }),
    await oldMiner({ major: 1, minor: 11 }),
  ];
  newer.serve(
    ({ cooling }) => cooling.GetCoolingState,
    () => ({ fans: [{ rpm: 60 }] }),
  );
  const source = newSource();
  await failure(source.read(one.miner, 'cooling'));
  expect((await failure(source.read({ ...two.miner, id: 'two' }, 'cooling'))).message).toMatch(/^two at .*1\.3\.0/);
  expect(two.calls.GetCoolingState).toBeUndefined();
  expect(await source.read(newer.miner, 'cooling')).toEqual({ fans: [{ rpm: 60 }] });
  // The other calls are not held up by it.
  expect(await source.read(two.miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
});

it.each(['a reboot', 'a time without answers', 'a person who asks'])('is asked again after %s', async (what) => {
  const server = await oldMiner({ major: 1, minor: 3 });
  server.serve(
    ({ actions }) => actions.Reboot,
    () => ({}),
  );
  const source = newSource({ firstPauseMs: 1 });
  await failure(source.read(server.miner, 'cooling'));
  // Upgraded: the call is known now.
  server.version = { major: 1, minor: 9 };
  server.serve(
    ({ cooling }) => cooling.GetCoolingState,
    () => ({ fans: [] }),
  );
  expect((await failure(source.read(server.miner, 'cooling'))).failure).toBe('unsupported');
  if (what === 'a reboot') {
    await source.control.actions.reboot(server.miner);
  } else if (what === 'a person who asks') {
    source.retryNow(server.miner);
  } else {
    server.down();
    await failure(source.read(server.miner, 'stats'));
    await server.up();
    await eventually(() => source.read(server.miner, 'stats').catch(() => undefined)).toBeDefined();
  }
  expect(await source.read(server.miner, 'cooling')).toEqual({ fans: [] });
});

it('stays the miner’s own word when it does not tell its version', async () => {
  const server = await oldMiner({});
  server.onVersion = (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: '' });
  const source = newSource();
  for (let read = 0; read < 2; read++) {
    const error = await failure(source.read(server.miner, 'cooling'));
    expect(error.failure).toBe('unsupported');
    expect(error.message).toContain('does not know the call GetCoolingState: its firmware is older');
  }
  expect(server.calls.GetCoolingState).toBe(2);
});
