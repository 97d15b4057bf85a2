import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { CancelledError } from '../../../src/base/errors';
import { StoreError } from '../../../src/cache/store';
import { testConnection } from '../../../src/redis/connectionTest';
import { freePort } from '../../../src/redis/localServer';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { onFreePort } from '../../fixtures/ports';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { startTestSentinel, type TestSentinel } from '../../fixtures/redisSentinel';
import { createTestCertificates, type TestCertificates, tlsArguments } from '../../fixtures/tls';

function look(url: string, password?: string, signal?: AbortSignal) {
  return testConnection(parseRedisUrl(url, { password }), systemClock, signal);
}

async function failure(url: string, password?: string): Promise<string> {
  const error = await look(url, password).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return (error as StoreError).message;
}

describe('testConnection', () => {
  let certificates: TestCertificates;
  let server: TestRedis;
  let tlsPort: number;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    server = await onFreePort((port) => {
      tlsPort = port;
      return startTestRedis((directory) => [
        '--unixsocket',
        `${directory}/redis.sock`,
        ...tlsArguments(certificates, tlsPort, 'ignored'),
      ]);
    });
    const admin = new Redis(server.port, '127.0.0.1');
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>right', '~v1:*', '&events:*', '+@all', '-info', '-dbsize');
    await admin.call('ACL', 'SETUSER', 'blind', 'on', '>right', '~v1:lock:*', '+@all');
    await admin.set('a', '1');
    admin.disconnect();
  });

  afterAll(async () => {
    await server?.stop();
    await certificates?.remove();
  });

  it('tells address, version, keys and latency', async () => {
    expect(await look(server.url)).toEqual({
      address: `127.0.0.1:${server.port}`,
      latencyMs: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+/),
      keyCount: 1,
    });
  });

  it('connects through a socket and over TLS', async () => {
    expect(await look(`unix://${server.directory}/redis.sock`)).toMatchObject({ keyCount: 1 });
    expect(await look(`rediss://127.0.0.1:${tlsPort}?ca=${certificates.ca}`)).toMatchObject({ keyCount: 1 });
  });

  it('does without what a restricted user may not ask', async () => {
    const report = await look(`redis://app@127.0.0.1:${server.port}`, 'right');
    expect(report).toEqual({ address: `127.0.0.1:${server.port}`, latencyMs: expect.any(Number) });
  });

  it('says what is wrong, exactly', async () => {
    const address = `127.0.0.1:${server.port}`;
    expect(await failure(`redis://app@${address}`, 'wrong')).toContain(
      `Redis at ${address} refused the login: WRONGPASS`,
    );
    expect(await failure(`redis://blind@${address}`, 'right')).toMatch(
      /does not let the user run GET on v1:cache:\*: NOPERM .* Grant it with ACL SETUSER/,
    );
    const unused = await freePort();
    expect(await failure(`redis://127.0.0.1:${unused}`)).toBe(
      `Redis at 127.0.0.1:${unused} refused the connection (ECONNREFUSED). Is it running?`,
    );
    expect(await failure(`unix://${server.directory}/other.sock`)).toBe(
      `Redis at ${server.directory}/other.sock has no socket there (ENOENT). Is it running?`,
    );
    expect(await failure(`rediss://${address}`)).toBe(
      `Redis at ${address} did not answer within 4000 ms. If it does not speak TLS, begin the URL with redis in place of rediss.`,
    );
    expect(await failure(`redis://127.0.0.1:${tlsPort}`)).toBe(
      `Redis at 127.0.0.1:${tlsPort} closed the connection. If it expects TLS, begin the URL with rediss in place of redis.`,
    );
    expect(await failure(`rediss://127.0.0.1:${tlsPort}?ca=${certificates.otherCa}`)).toContain(
      'has a certificate that is not trusted',
    );
    expect(await failure(`redis+cluster://${address}`)).toBe(
      `Redis at ${address} (Cluster) is no Cluster. Begin the URL with redis://.`,
    );
  });

  it('says that a server hangs, and stops when it is told to', async () => {
    server.hang();
    try {
      const stop = new AbortController();
      const looking = look(server.url, undefined, stop.signal);
      stop.abort();
      await expect(looking).rejects.toBeInstanceOf(CancelledError);
      expect(await failure(server.url)).toContain(`Redis at 127.0.0.1:${server.port} did not answer within`);
    } finally {
      server.resume();
    }
  });

  describe('on several servers', () => {
    let cluster: TestCluster;
    let sentinel: TestSentinel;

    beforeAll(async () => {
      [cluster, sentinel] = await Promise.all([startTestCluster(), startTestSentinel()]);
    }, 120_000);

    afterAll(async () => {
      await Promise.all([cluster?.stop(), sentinel?.stop()]);
    });

    it('connects to a Cluster, and says so when one was not expected', async () => {
      expect(await look(cluster.url)).toMatchObject({ keyCount: 0, version: expect.any(String) });
      const [node] = cluster.masters;
      expect(await failure(node?.url ?? '')).toContain('is a node of a Cluster. Begin the URL with redis+cluster://.');
    });

    it('connects through Sentinel, and says what it does not know', async () => {
      expect(await look(sentinel.url)).toMatchObject({ version: expect.any(String) });
      expect(await failure(sentinel.url.replace(/\/main$/, '/other'))).toContain('no sentinel names the master');
      const address = /\/\/([^,/]+)/.exec(sentinel.url)?.[1];
      expect(await failure(`redis://${address}`)).toContain('is a Sentinel. Begin the URL with redis+sentinel://');
    });
  });
});
