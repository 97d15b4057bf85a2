import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../src/redis/localServer';
import { minerAt } from './endpoints';
import { blackHole, tcpServer, wireTo } from './hostileServers';
import { eventually, failure, newSource, readAgain } from './sources';
import { TestMiner } from './testMiner';

describe('a port that is no miner', () => {
  it('refuses the connection', async () => {
    const miner = minerAt(await freePort());
    const error = await failure(newSource().read(miner, 'stats'));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toBe(
      `north-0007 at 127.0.0.1:${miner.port} refused the connection (ECONNREFUSED): ` +
        `is it switched on, and is ${miner.port} its API port?`,
    );
  });

  it('has a name that does not resolve', async () => {
    const error = await failure(newSource().read(minerAt(1, { host: 'no-such-miner.invalid' }), 'stats'));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toMatch(/the host name 'no-such-miner\.invalid' does not resolve \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  it.each(['', 'two words', 'a/b', 'http://10.0.0.1', 'line\nbreak', '::::', '%41'])(
    'has the impossible host %j',
    async (host) => {
      const error = await failure(newSource().read(minerAt(1, { host }), 'stats'));
      expect(['unreachable', 'failed', 'timeout']).toContain(error.failure);
      expect(error.message.length).toBeLessThan(500);
    },
  );

  it('swallows every packet', async () => {
    const miner = minerAt(await blackHole());
    const source = newSource({ deadlineMs: 400 });
    const error = await failure(source.read(miner, 'stats'));
    expect(error).toMatchObject({
      failure: 'timeout',
      message: expect.stringContaining('could not be connected to within 0.4 s'),
    });
    expect(source.openChannels).toBe(0);
  });

  it('accepts connections and says nothing, and keeps none of them', async () => {
    const server = await tcpServer((socket) => void socket.resume());
    const source = newSource({ deadlineMs: 300 });
    for (let read = 0; read < 3; read++) {
      expect((await failure(source.read(minerAt(server.port), 'stats'))).failure).toBe('timeout');
    }
    await eventually(() => server.sockets.size).toBe(0);
  });

  it.each([
    ['an HTTP/1 server', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'],
    ['an SSH server', 'SSH-2.0-dropbear_2022.83\r\n'],
    ['a TLS server', '\x15\x03\x01\x00\x02\x02\x46'],
    ['noise', '\x00\xff'.repeat(5000)],
  ])('is %s', async (_name, answer) => {
    const server = await tcpServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')));
    });
    const error = await failure(newSource().read(minerAt(server.port), 'stats'));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toContain('API port, and does it want TLS?');
  });

  it.each(['end', 'resetAndDestroy'] as const)('closes every connection at once by %s', async (how) => {
    const server = await tcpServer((socket) => socket[how]());
    const error = await failure(newSource().read(minerAt(server.port), 'stats'));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toMatch(/closed the connection at once|does not speak gRPC/);
  });

  it('is not tried again behind the back of whoever asked', async () => {
    let attempts = 0;
    const server = await tcpServer((socket) => {
      attempts++;
      socket.destroy();
    });
    const source = newSource();
    await failure(source.read(minerAt(server.port), 'stats'));
    const needed = attempts;
    expect(needed).toBeLessThanOrEqual(2);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(attempts).toBe(needed);
    expect(source.openChannels).toBe(0);
  });

  it('speaks no TLS although the inventory says so', async () => {
    const server = await TestMiner.start();
    const error = await failure(newSource().read({ ...server.miner, tls: true }, 'stats'));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toMatch(/TLS/);
  });
});

describe('a miner that misbehaves', () => {
  it('ends its status stream before the first status', async () => {
    const server = await TestMiner.start();
    server.onStatus = (stream) => stream.end();
    const error = await failure(newSource().read(server.miner, 'status'));
    expect(error).toMatchObject({
      failure: 'failed',
      message: expect.stringContaining('ended the answer to GetMinerStatus'),
    });
  });

  it('opens its status stream and says nothing', async () => {
    const server = await TestMiner.start();
    server.onStatus = () => {};
    const source = newSource({ deadlineMs: 1500 });
    // What is left of the deadline is for the stream alone.
    await readAgain(source, server.miner);
    const error = await failure(source.read(server.miner, 'status'));
    expect(error).toMatchObject({
      failure: 'timeout',
      message: expect.stringContaining('did not answer GetMinerStatus'),
    });
    await eventually(() => server.streams.size).toBe(0);
  });

  it('gives its status stream back when one status was read', async () => {
    const server = await TestMiner.start();
    const source = newSource();
    await Promise.all(Array.from({ length: 20 }, () => source.read(server.miner, 'status')));
    await eventually(() => server.streams.size).toBe(0);
  });

  it('answers with more than fits', async () => {
    const server = await TestMiner.start();
    server.onDetails = (_call, callback) => callback(null, { hostname: 'x'.repeat(5 * 1024 * 1024) });
    const source = newSource();
    const error = await failure(source.read(server.miner, 'details'));
    expect(error).toMatchObject({
      failure: 'failed',
      message: expect.stringContaining('more data than any miner has'),
    });
    await source.read(server.miner, 'stats');
  });

  it('answers with text of a megabyte and numbers that are none', async () => {
    const server = await TestMiner.start();
    server.onDetails = (_call, callback) =>
      callback(null, { hostname: 'x'.repeat(1024 * 1024), sticker_hashrate: { gigahash_per_second: Number.NaN } });
    expect(await newSource().read(server.miner, 'details')).toEqual({ hostname: 'x'.repeat(4096) });
  });

  it('cuts every connection in the middle of the call', async () => {
    const server = await TestMiner.start();
    const wire = await wireTo(server.port);
    const source = newSource();
    const miner = minerAt(wire.port);
    await source.read(miner, 'stats');
    server.onStats = () => wire.cut();
    const error = await failure(source.read(miner, 'stats'));
    expect(error).toMatchObject({ failure: 'unreachable', message: expect.stringContaining('lost the connection') });
    // One answered, one over the old connection, one over a new one, and two retries.
    expect(server.calls.GetMinerStats).toBe(5);
  });

  it('has older firmware', async () => {
    const server = await TestMiner.start();
    const error = await failure(newSource().read(server.miner, 'hashboards'));
    expect(error).toMatchObject({ failure: 'unsupported', message: expect.stringContaining('GetHashboards') });
  });

  it.each([
    [status.UNAVAILABLE, 'failed'],
    [status.INTERNAL, 'failed'],
    [status.CANCELLED, 'failed'],
    [status.PERMISSION_DENIED, 'failed'],
    [status.DEADLINE_EXCEEDED, 'timeout'],
    [status.RESOURCE_EXHAUSTED, 'failed'],
    [42, 'failed'],
  ])('answers with status %i', async (code, kind) => {
    const server = await TestMiner.start();
    server.onStats = (_call, callback) => callback({ code, details: `bosminer\n\u0007says ${'no '.repeat(500)}` });
    const error = await failure(newSource().read(server.miner, 'stats'));
    expect(error.failure).toBe(kind);
    expect(error.message).toMatch(/^north-0007 at 127\.0\.0\.1:\d+ [ -~…]+$/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('sends headers that no miner sends', async () => {
    const server = await TestMiner.start();
    server.onStats = (call, callback) => {
      const metadata = new Metadata();
      metadata.set('x-noise', 'n'.repeat(10_000));
      call.sendMetadata(metadata);
      callback(null, {});
    };
    expect(await newSource().read(server.miner, 'stats')).toEqual({});
  });
});
