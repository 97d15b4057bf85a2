import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { minerAt } from './endpoints';
import { tcpServer } from './hostileServers';
import { eventually, failure, newSource } from './sources';
import { TestMiner } from './testMiner';
import { pemFile, TEST_CERTIFICATE, TEST_KEY } from './tlsFixture';

function tlsMiner(): Promise<TestMiner> {
  const pair = { cert_chain: Buffer.from(TEST_CERTIFICATE), private_key: Buffer.from(TEST_KEY) };
  return TestMiner.start(ServerCredentials.createSsl(null, [pair]));
}

/** A miner that wants a certificate of whoever asks it. */
function mutualTlsMiner(): Promise<TestMiner> {
  const certificate = Buffer.from(TEST_CERTIFICATE);
  const pair = { cert_chain: certificate, private_key: Buffer.from(TEST_KEY) };
  return TestMiner.start(ServerCredentials.createSsl(certificate, [pair], true));
}

it('reads over TLS a miner whose authority is known', async () => {
  const server = await tlsMiner();
  const source = newSource({ tls: { ca: await pemFile('ca', TEST_CERTIFICATE) } });
  expect(await source.read({ ...server.miner, tls: true }, 'stats')).toEqual({ nominalHashrateThs: 95 });
});

it('does not read over TLS a miner whose authority is unknown', async () => {
  const server = await tlsMiner();
  const error = await failure(newSource().read({ ...server.miner, tls: true }, 'stats'));
  expect(error.failure).toBe('unreachable');
  expect(error.message).toMatch(/could not prove who it is over TLS: self-signed certificate/);
  expect(server.calls).toEqual({});
});

it('shows its certificate to a miner that wants one', async () => {
  const server = await mutualTlsMiner();
  const miner = { ...server.miner, tls: true };
  const ca = await pemFile('ca', TEST_CERTIFICATE);
  const tls = { ca, cert: await pemFile('cert', TEST_CERTIFICATE), key: await pemFile('key', TEST_KEY) };
  expect(await newSource({ tls }).read(miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
  const error = await failure(newSource({ tls: { ca } }).read(miner, 'stats'));
  expect(error.failure).toBe('unreachable');
});

describe('PEM files that cannot be used', () => {
  const missing = { path: '/nowhere/ca.pem', name: 'FLEET_CACHE_MINER_CA' };

  it('fail reads over TLS only, and are named', async () => {
    const server = await TestMiner.start();
    const source = newSource({ tls: { ca: missing } });
    expect(await source.read(server.miner, 'stats')).toEqual({ nominalHashrateThs: 95 });
    const error = await failure(source.read({ ...server.miner, tls: true }, 'stats'));
    expect(error.failure).toBe('failed');
    expect(error.message).toContain('FLEET_CACHE_MINER_CA names /nowhere/ca.pem, which cannot be read (ENOENT).');
  });

  it.each([
    ['is not a PEM file', async () => ({ ca: await pemFile('CA', 'nonsense') })],
    [
      'is of no use without the private key that belongs to it',
      async () => ({ cert: await pemFile('CERT', TEST_CERTIFICATE) }),
    ],
    ['is of no use without the certificate that belongs to it', async () => ({ key: await pemFile('KEY', TEST_KEY) })],
    [
      'cannot be used for TLS',
      async () => ({
        cert: await pemFile('CERT', TEST_CERTIFICATE),
        key: await pemFile('KEY', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
      }),
    ],
  ])('say what is wrong: %s', async (problem, files) => {
    const error = await failure(newSource({ tls: await files() }).read(minerAt(1, { tls: true }), 'stats'));
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain('AAAA');
  });
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
  const ca = await pemFile('ca', TEST_CERTIFICATE);
  for (let moment = 0; moment < 60; moment++) {
    const source = newSource({ tls: { ca } });
    const reads = [source.read({ ...server.miner, tls }, 'stats'), source.read({ ...server.miner, tls }, 'status')];
    await new Promise((resolve) => setTimeout(resolve, moment / 2));
    source.dispose();
    await Promise.allSettled(reads);
  }
});
