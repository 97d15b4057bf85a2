import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { BraiinsSource } from '../../../src/braiins/braiinsSource';
import { parseAddressRanges } from '../../../src/fleet/addressRanges';
import { freePort } from '../../../src/redis/localServer';
import { Discovery, entriesOf } from '../../../src/service/discovery';
import { SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import { RawClient } from '../simulator/rawClient';

const MINERS = 8;

describe('discovery', () => {
  let port: number;
  let fleet: SimulatedFleet;
  let discovery: Discovery;
  let source: BraiinsSource;

  beforeEach(async () => {
    port = await freePort();
    fleet = await SimulatedFleet.start({
      miners: MINERS,
      host: '127.93.7.0',
      port,
      login: { username: 'test', password: 'test-password' },
    });
    source = new BraiinsSource({ credentials: { find: async () => undefined }, logger: silentLogger });
    discovery = new Discovery(source);
    // A simulated miner makes its server with the first call, which on a busy machine takes longer than a probe waits.
    for (const { miner } of fleet.miners) {
      const client = await RawClient.connect(miner);
      await client.unary(client.services.apiVersion.GetApiVersion, {});
      client.close();
    }
  });

  afterEach(async () => {
    source.dispose();
    await fleet.stop();
  });

  it('finds the miners of a range, whatever else is in it, and asks none for a login', async () => {
    await fleet.miners[2]?.goOffline();
    const progress: number[] = [];
    const calls = fleet.callCount('GetApiVersion');
    const report = await discovery.discover(parseAddressRanges('127.93.7.0/28'), {
      port,
      tls: false,
      known: fleet.miners.slice(0, 2).map(({ miner }) => miner),
      onProgress: (done, total) => progress.push(done / total),
    });
    const expected = fleet.miners.slice(3).map(({ miner }) => miner.host);
    expect(report.found.map(({ host }) => host)).toEqual(expected);
    expect(report).toMatchObject({ listed: 2, asked: 12, cancelled: false });
    expect(progress).toHaveLength(12);
    expect(progress.at(-1)).toBe(1);
    expect(fleet.callCount('Login')).toBe(0);
    expect(fleet.callCount('GetApiVersion') - calls).toBe(expected.length);
  });

  it('passes over what listens and is no miner', async () => {
    const server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: false };
    expect(await source.probe(address)).toBeUndefined();
  });

  it('stops when cancelled, with what it found by then', async () => {
    const cancellation = new AbortController();
    const report = await discovery.discover(parseAddressRanges('127.93.7.1-127.93.7.200'), {
      port,
      tls: false,
      known: [],
      concurrency: 1,
      signal: cancellation.signal,
      onProgress: (done) => done === 3 && cancellation.abort(),
    });
    expect(report.cancelled).toBe(true);
    expect(report.found.length).toBeLessThanOrEqual(3);
    expect(report.asked).toBe(3);
  });

  it('searches as many addresses as are allowed, and leaves nothing open', async () => {
    const report = await discovery.discover(parseAddressRanges('127.93.0.0/20'), { port, tls: false, known: [] });
    expect(report.found).toHaveLength(MINERS);
    expect(report.asked).toBe(4_094);
    expect(source.openChannels).toBeLessThanOrEqual(MINERS);
  });
});

describe('entriesOf', () => {
  it('names miners after their addresses, and none like another', () => {
    const found = [
      { host: '10.0.0.1', port: 50_051, version: undefined },
      { host: '10.0.0.2', port: 4_028, version: undefined },
    ];
    expect(entriesOf(found, new Set(['miner-10-0-0-1', 'miner-10-0-0-1-2']), 50_051)).toEqual([
      { id: 'miner-10-0-0-1-3', host: '10.0.0.1' },
      { id: 'miner-10-0-0-2', host: '10.0.0.2', port: 4_028 },
    ]);
  });
});
