import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import type { ConnectionSecrets } from '../../../src/base/connectionSecrets';
import { describeError } from '../../../src/base/errors';
import { silentLogger } from '../../../src/base/logger';
import { testConnection } from '../../../src/redis/connectionTest';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { onFreePort } from '../../fixtures/ports';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestSentinel, type TestSentinel } from '../../fixtures/redisSentinel';
import { createTestCertificates, KEY_PASSPHRASE, type TestCertificates, tlsArguments } from '../../fixtures/tls';

const DEFAULT_PASSWORD = 'of-the-default-user-1147';
const WATCHER_PASSWORD = 'of-the-watcher-4711';

function look(url: string, secrets: ConnectionSecrets) {
  return testConnection(parseRedisUrl(url, secrets), systemClock);
}

function failure(url: string, secrets: ConnectionSecrets): Promise<string> {
  return look(url, secrets).then(() => 'it works', describeError);
}

/** Writes and reads as the product does, with every connection that it has. */
async function use(url: string, secrets: ConnectionSecrets): Promise<void> {
  const profile = parseRedisUrl(url, secrets);
  const redis = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger: silentLogger });
  try {
    await eventually(() => redis.store.write('v1:cache:a', 'text', 60_000), 15_000);
    expect((await redis.store.read('v1:cache:a', [])).text).toBe('text');
    await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 2_000), 15_000);
  } finally {
    redis.dispose();
  }
}

describe('sentinels that want a login', () => {
  let sentinel: TestSentinel;

  beforeAll(async () => {
    sentinel = await startTestSentinel({
      sentinelLines: [
        `requirepass ${DEFAULT_PASSWORD}`,
        `user watcher on >${WATCHER_PASSWORD} allchannels -@all +auth +hello +info +ping +client +command +sentinel +subscribe`,
      ],
      login: { password: DEFAULT_PASSWORD },
    });
  }, 120_000);

  afterAll(() => sentinel?.stop());

  it.each([
    ['the password of their default user', { sentinelPassword: DEFAULT_PASSWORD }],
    ['a user and its password', { sentinelUsername: 'watcher', sentinelPassword: WATCHER_PASSWORD }],
  ])('name the master for %s', async (_, secrets) => {
    expect(await look(sentinel.url, secrets)).toMatchObject({ version: expect.any(String) });
    await use(sentinel.url, secrets);
  });

  it.each([
    ['none', {}, 'NOAUTH'],
    ['the password of Redis alone', { password: DEFAULT_PASSWORD }, 'NOAUTH'],
    ['a wrong password', { sentinelPassword: 'wrong-0815' }, 'WRONGPASS'],
    ['a wrong user', { sentinelUsername: 'nobody', sentinelPassword: WATCHER_PASSWORD }, 'WRONGPASS'],
  ])('say that they want another one than %s', async (_, secrets, code) => {
    const message = await failure(sentinel.url, secrets);
    expect(message).toContain('(Sentinel, master main)');
    expect(message).toContain(code);
    expect(message).toContain('“Fleet Cache: Set Redis Password…”');
    for (const secret of Object.values(secrets)) {
      expect(message).not.toContain(secret);
    }
  });
});

describe('a Redis that wants a client certificate', () => {
  let certificates: TestCertificates;
  let server: TestRedis;
  let url: string;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    const files = { ca: certificates.ca, cert: certificates.client.cert, key: certificates.encryptedKey };
    server = await onFreePort((port) => {
      url = `rediss://127.0.0.1:${port}?${new URLSearchParams(files)}`;
      return startTestRedis(tlsArguments(certificates, port, 'wanted'));
    });
  });

  afterAll(async () => {
    await server?.stop();
    await certificates?.remove();
  });

  it('takes one whose key is encrypted, by its passphrase', async () => {
    expect(await look(url, { keyPassphrase: KEY_PASSPHRASE })).toMatchObject({ version: expect.any(String) });
    await use(url, { keyPassphrase: KEY_PASSPHRASE });
  });

  it.each([{}, { keyPassphrase: 'wrong-0815' }])('is not asked with a key that %j does not open', async (secrets) => {
    const message = await failure(url, secrets);
    expect(message).toMatch(
      /Redis at 127\.0\.0\.1:\d+ was not asked: the client certificate's key cannot be opened; its passphrase is missing or wrong\. Set it with “Fleet Cache: Set Redis Password…” or FLEET_CACHE_REDIS_KEY_PASSPHRASE\./,
    );
    expect(message).not.toContain('wrong-0815');
  });

  it('is not asked with a key of another certificate', async () => {
    const other = url.replace(/cert=[^&]*/, `cert=${encodeURIComponent(certificates.server.cert)}`);
    expect(await failure(other, { keyPassphrase: KEY_PASSPHRASE })).toMatch(
      /was not asked: the client certificate and its key do not belong together\./,
    );
  });

  it('says that it wants one', async () => {
    const none = url.replace(/\?.*/, `?ca=${encodeURIComponent(certificates.ca)}`);
    expect(await failure(none, {})).toMatch(/certificate/);
  });
});
