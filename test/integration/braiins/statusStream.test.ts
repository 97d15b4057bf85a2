import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BraiinsSource } from '../../../src/braiins/braiinsSource';
import type { Miner } from '../../../src/fleet/miner';
import type { SourceError } from '../../../src/fleet/minerSource';
import { knownLogin, minerAt, noLogin } from './endpoints';
import { tcpServer } from './hostileServers';
import { eventually, newFleet, newSource, readAgain } from './sources';
import { TestMiner } from './testMiner';

/** Follows a miner and writes down what it hears. */
function follow(source: BraiinsSource, miner: Miner) {
  const states: string[] = [];
  const lost: SourceError[] = [];
  const watch = source.watchStatus(miner, {
    onStatus: (status) => states.push(status.state),
    onLost: (error) => lost.push(error),
  });
  onTestFinished(() => watch.dispose());
  return { states, lost, watch };
}

async function oneMiner() {
  const [simulated] = (await newFleet()).miners;
  if (simulated === undefined) {
    throw new Error('The fleet is empty.');
  }
  simulated.setState('normal');
  return simulated;
}

/** Pauses between attempts are at their shortest. */
const hasty = { random: () => 0 };

describe('watchStatus', () => {
  it('tells the status at once and every change', async () => {
    const simulated = await oneMiner();
    const { states, lost } = follow(newSource(), simulated.miner);
    await eventually(() => states).toEqual(['normal']);
    simulated.setState('paused');
    await eventually(() => states).toEqual(['normal', 'paused']);
    simulated.setState('normal');
    await eventually(() => states).toEqual(['normal', 'paused', 'normal']);
    expect(lost).toEqual([]);
  });

  it('comes back by itself when the miner does, with a new login if need be', async () => {
    const simulated = await oneMiner();
    const { states, lost } = follow(newSource(hasty), simulated.miner);
    await eventually(() => states).toEqual(['normal']);
    await simulated.goOffline();
    await eventually(() => lost.length).toBe(1);
    expect(lost[0]?.failure).toBe('unreachable');
    simulated.expireTokens();
    simulated.setState('paused');
    await simulated.goOnline();
    await eventually(() => states).toEqual(['normal', 'paused']);
    expect(lost).toHaveLength(1);
    expect(simulated.callCount('Login')).toBe(2);
  });

  it('waits for a miner that is offline when the watch begins', async () => {
    const simulated = await oneMiner();
    await simulated.goOffline();
    const { states, lost } = follow(newSource(hasty), simulated.miner);
    await eventually(() => lost.map((error) => error.failure)).toEqual(['unreachable']);
    await simulated.goOnline();
    await eventually(() => states).toEqual(['normal']);
  });

  it('stops at a refused login and never tries it again', async () => {
    const simulated = await oneMiner();
    const source = newSource({ ...hasty, credentials: knownLogin({ username: 'root', password: 'wrong' }) });
    const { lost } = follow(source, simulated.miner);
    await eventually(() => lost.map((error) => error.failure)).toEqual(['login-refused']);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(simulated.callCount()).toBe(1);
    expect(lost).toHaveLength(1);
  });

  it('picks up credentials that are entered while it runs', async () => {
    const simulated = await oneMiner();
    let store = noLogin;
    const source = newSource({ ...hasty, credentials: { find: (name) => store.find(name) } });
    const { states, lost } = follow(source, simulated.miner);
    await eventually(() => lost.map((error) => error.failure)).toEqual(['no-credentials']);
    store = knownLogin();
    await eventually(() => states).toEqual(['normal']);
  });

  it('reports a stream that the miner ends, and opens it again', async () => {
    const server = await TestMiner.start();
    const { states, lost } = follow(newSource(hasty), server.miner);
    await eventually(() => states).toEqual(['normal']);
    for (const stream of server.streams) {
      stream.end();
    }
    await eventually(() => states).toEqual(['normal', 'normal']);
    expect(lost.map((error) => error.failure)).toEqual(['failed']);
  });

  it('reports a stream that brings no first status', async () => {
    const server = await TestMiner.start();
    server.onStatus = () => {};
    const source = newSource({ ...hasty, deadlineMs: 1500 });
    // The deadline is for the stream alone then.
    await readAgain(source, server.miner);
    const { lost } = follow(source, server.miner);
    await eventually(() => lost.map((error) => error.message)).toHaveLength(1);
    expect(lost[0]?.failure).toBe('timeout');
    expect(lost[0]?.message).toContain('did not answer GetMinerStatus within 1.5 s');
  });

  it('notices a connection that died without a sound', async () => {
    const server = await TestMiner.start();
    let silent = false;
    const wire = await tcpServer((socket) => {
      const onward = connect({ port: server.port, host: '127.0.0.1' }).on('error', () => {});
      socket.on('data', (chunk) => silent || onward.write(chunk));
      onward.on('data', (chunk) => silent || socket.write(chunk));
      socket.on('close', () => onward.destroy());
    });
    const source = newSource({ ...hasty, keepaliveMs: 300, keepaliveTimeoutMs: 3000 });
    const { states, lost } = follow(source, minerAt(wire.port));
    await eventually(() => states).toEqual(['normal']);
    silent = true;
    await eventually(() => lost.map((error) => error.failure)).toEqual(['unreachable']);
    silent = false;
    await eventually(() => states.length).toBeGreaterThan(1);
  });

  it('follows more miners than channels are kept for, while those and others are read', async () => {
    const { miners } = await newFleet({ miners: 30 });
    const source = newSource({ ...hasty, maxChannels: 8 });
    const followed = miners.slice(0, 20).map((simulated) => {
      simulated.setState('normal');
      return { simulated, ...follow(source, simulated.miner) };
    });
    await eventually(() => followed.map(({ states }) => states)).toEqual(followed.map(() => ['normal']));
    for (const { miner } of [...miners, ...miners]) {
      await source.read(miner, 'details');
    }
    expect(source.openChannels).toBe(21);
    for (const { simulated } of followed) {
      simulated.setState('paused');
    }
    await eventually(() => followed.map(({ states }) => states)).toEqual(followed.map(() => ['normal', 'paused']));
    expect(followed.flatMap(({ lost }) => lost)).toEqual([]);
  });

  it('leaves nothing behind when disposed, whenever that is', async () => {
    const server = await TestMiner.start();
    const source = newSource({ idleCloseMs: 100 });
    for (const delayMs of [0, 1, 2, 5, 10, 20, 50, 100]) {
      const { watch } = follow(source, server.miner);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      watch.dispose();
    }
    await eventually(() => server.streams.size).toBe(0);
    await eventually(() => source.openChannels).toBe(0);
  });

  it('says nothing after the source is disposed', async () => {
    const simulated = await oneMiner();
    const source = newSource(hasty);
    const { states, lost } = follow(source, simulated.miner);
    await eventually(() => states).toEqual(['normal']);
    source.dispose();
    simulated.setState('paused');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(states).toEqual(['normal']);
    expect(lost).toEqual([]);
  });
});
