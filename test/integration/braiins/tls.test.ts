import { ServerCredentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { failure, newSource } from './sources';
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
