import { ServerCredentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { minerAt } from './endpoints';
import { tcpServer } from './hostileServers';
import { eventually, failure, newSource } from './sources';
import { TestMiner } from './testMiner';
import { TEST_CERTIFICATE, TEST_KEY } from './tlsFixture';

function tlsMiner(): Promise<TestMiner> {
  const pair = { cert_chain: Buffer.from(TEST_CERTIFICATE), private_key: Buffer.from(TEST_KEY) };
  return TestMiner.start(ServerCredentials.createSsl(null, [pair]));
}

it('reads over TLS a miner whose authority is known', async () => {
  const server = await tlsMiner();
  const source = newSource({ rootCertificates: Buffer.from(TEST_CERTIFICATE) });
  expect(await source.read({ ...server.miner, tls: true }, 'stats')).toEqual({ nominalHashrateThs: 95 });
});

it('does not read over TLS a miner whose authority is unknown', async () => {
  const server = await tlsMiner();
  const error = await failure(newSource().read({ ...server.miner, tls: true }, 'stats'));
  expect(error.failure).toBe('unreachable');
  expect(error.message).toMatch(/could not prove who it is over TLS: self-signed certificate/);
  expect(server.calls).toEqual({});
});

it('says that TLS may be missing when a plain connection meets it', async () => {
  const server = await tlsMiner();
  const error = await failure(newSource().read(server.miner, 'stats'));
  expect(error.failure).toBe('unreachable');
  expect(error.message).toContain('does it want TLS?');
});

it('gives up a TLS handshake that never ends', async () => {
  const server = await tcpServer((socket) => void socket.resume());
  const source = newSource({ deadlineMs: 300 });
  expect((await failure(source.read(minerAt(server.port, { tls: true }), 'stats'))).failure).toBe('timeout');
  await eventually(() => server.sockets.size).toBe(0);
});

it.each([true, false])('can be disposed at any moment of a connection, TLS: %s', async (tls) => {
  const server = await (tls ? tlsMiner() : TestMiner.start());
  const rootCertificates = Buffer.from(TEST_CERTIFICATE);
  for (let moment = 0; moment < 60; moment++) {
    const source = newSource({ rootCertificates });
    const reads = [source.read({ ...server.miner, tls }, 'stats'), source.read({ ...server.miner, tls }, 'status')];
    await new Promise((resolve) => setTimeout(resolve, moment / 2));
    source.dispose();
    await Promise.allSettled(reads);
  }
});
