import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { minerAt } from './endpoints';
import { tcpServer } from './hostileServers';
import { eventually, failure, newFleet, newSource } from './sources';
import { TestMiner } from './testMiner';

const NEVER_AGAIN = { firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 };

describe('G8: a miner that does not answer costs one attempt, whoever asks', () => {
  it('for all datasets, queries, writes and streams', async () => {
    let connections = 0;
    const server = await tcpServer((socket) => {
      connections++;
      socket.resume();
    });
    const miner = minerAt(server.port);
    const source = newSource({ deadlineMs: 1500, ...NEVER_AGAIN });
    const first = await failure(source.read(miner, 'stats'));
    expect(first.failure).toBe('timeout');
    expect(first.message).not.toContain('No answer since');
    // The deadline may end before the server heard of the connection.
    await eventually(() => connections).toBe(1);
    const lost: string[] = [];
    source.watchStatus(miner, { onStatus: () => {}, onLost: (error) => lost.push(error.message) });
    const errors = await Promise.all([
      failure(source.read(miner, 'stats')),
      failure(source.read(miner, 'status')),
      failure(source.ask(miner, 'constraints')),
      failure(source.log(miner, 'errors')),
      failure(source.apiVersion(miner)),
      failure(source.control.actions.pauseMining(miner)),
    ]);
    await eventually(() => lost.length).toBe(1);
    for (const { failure: kind, message } of [...errors, { failure: 'timeout', message: lost[0] }]) {
      expect(kind).toBe('timeout');
      expect(message).toMatch(/No answer since \S+Z; it is asked again after \S+Z\.$/);
    }
    expect(connections).toBe(1);
  });

  it('when it is off', async () => {
    const server = await TestMiner.start();
    const source = newSource(NEVER_AGAIN);
    server.down();
    expect((await failure(source.read(server.miner, 'stats'))).failure).toBe('unreachable');
    await server.up();
    const skipped = await failure(source.read(server.miner, 'stats'));
    expect(skipped.failure).toBe('unreachable');
    expect(skipped.message).toContain('refused the connection (ECONNREFUSED)');
    expect(server.calls).toEqual({});
    source.retryNow(server.miner);
    expect(await source.read(server.miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
    expect(await source.read(server.miner, 'details')).toEqual({ hostname: 'rig' });
  });

  it('and is asked again by itself after the pause', async () => {
    const fleet = await newFleet();
    const [simulated] = fleet.miners;
    const miner = simulated?.miner ?? minerAt(0);
    const source = newSource({ firstPauseMs: 50, longestPauseMs: 100 });
    await simulated?.goOffline();
    await failure(source.read(miner, 'stats'));
    await simulated?.goOnline();
    await eventually(() => source.read(miner, 'stats').catch(() => undefined)).toBeDefined();
  });

  it('but a status that comes by the stream ends the silence for all', async () => {
    const server = await TestMiner.start();
    const source = newSource({ firstPauseMs: 100, longestPauseMs: 100 });
    server.down();
    await failure(source.read(server.miner, 'stats'));
    await server.up();
    const states: string[] = [];
    source.watchStatus(server.miner, { onStatus: ({ state }) => states.push(state), onLost: () => {} });
    await eventually(() => states.length).toBe(1);
    expect(await source.read(server.miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
  });
});

describe('a call that may be repeated', () => {
  it.each([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.ABORTED, status.DEADLINE_EXCEEDED])(
    'is repeated after status %i until the miner can answer',
    async (code) => {
      const server = await TestMiner.start();
      const answer = server.onStats;
      server.onStats = (call, callback) =>
        (server.calls.GetMinerStats ?? 0) < 3 ? callback({ code, details: 'busy' }) : answer(call, callback);
      expect(await newSource().read(server.miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
      expect(server.calls.GetMinerStats).toBe(3);
    },
  );

  it.each([status.INTERNAL, status.INVALID_ARGUMENT, status.PERMISSION_DENIED, status.NOT_FOUND])(
    'is not repeated after status %i',
    async (code) => {
      const server = await TestMiner.start();
      server.onStats = (_call, callback) => callback({ code, details: 'no' });
      await failure(newSource().read(server.miner, 'stats'));
      expect(server.calls.GetMinerStats).toBe(1);
    },
  );

  it('is given up after the third attempt', async () => {
    const server = await TestMiner.start();
    server.onStats = (_call, callback) => callback({ code: status.UNAVAILABLE, details: 'busy' });
    const error = await failure(newSource().read(server.miner, 'stats'));
    expect(error.failure).toBe('failed');
    expect(error.message).toContain('busy');
    expect(server.calls.GetMinerStats).toBe(3);
  });

  it('is not repeated when the deadline leaves no time for it', async () => {
    const server = await TestMiner.start();
    // It comes when less is left than the longest pause before a repetition.
    server.onStats = (_call, callback) =>
      void setTimeout(() => callback({ code: status.UNAVAILABLE, details: 'busy' }), 2_600);
    await failure(newSource({ deadlineMs: 3_000 }).read(server.miner, 'stats'));
    expect(server.calls.GetMinerStats).toBe(1);
  });
});
