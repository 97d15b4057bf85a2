import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onFreePort } from '../../fixtures/ports';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { createTestCertificates, type TestCertificates, tlsArguments } from '../../fixtures/tls';
import { openRedisStore } from './storeSuiteRedis';

describe('RedisStore over TLS', () => {
  let certificates: TestCertificates;
  let server: TestRedis;
  let port: number;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    server = await onFreePort((free) => {
      port = free;
      return startTestRedis([...tlsArguments(certificates, port, 'wanted')]);
    });
  });

  afterAll(async () => {
    await server?.stop();
    await certificates?.remove();
  });

  async function read(host: string, parameters: Record<string, string>) {
    const url = `rediss://${host}:${port}?${new URLSearchParams(parameters)}`;
    const opened = openRedisStore(url, async () => {});
    try {
      await opened.store.write('v1:cache:a', 'text', 10_000);
      return (await opened.store.read('v1:cache:a', [])).text;
    } finally {
      await opened.close();
    }
  }

  it('trusts the authority that is named, and shows its own certificate', async () => {
    expect(await read('127.0.0.1', { ca: certificates.ca, ...certificates.client })).toBe('text');
  });

  it('refuses a server of another authority, and says what to do', async () => {
    await expect(read('127.0.0.1', { ca: certificates.otherCa, ...certificates.client })).rejects.toThrow(
      /127\.0\.0\.1:\d+ has a certificate that is not trusted: .* Name its authority with ca=/,
    );
    await expect(read('127.0.0.1', certificates.client)).rejects.toThrow(/not trusted/);
  });

  it('refuses a certificate for another name, unless the name is given', async () => {
    const trusted = { ca: certificates.ca, ...certificates.client };
    await expect(read('127.0.0.1', { ...trusted, servername: 'other.test' })).rejects.toThrow(/not trusted/);
    expect(await read('127.0.0.1', { ...trusted, servername: 'redis.test' })).toBe('text');
  });

  it('G3: a server that wants a client certificate is down to who shows none', async () => {
    await expect(read('127.0.0.1', { ca: certificates.ca })).rejects.toThrow(/127\.0\.0\.1:\d+/);
  });
});
