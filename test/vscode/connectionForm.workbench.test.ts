import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/redis/localServer';
import { type HiddenCluster, startHiddenCluster } from '../fixtures/hiddenCluster';
import { startTestRedis, type TestRedis } from '../fixtures/redis';
import { startTestSentinel, type TestSentinel } from '../fixtures/redisSentinel';
import { createTestCertificates, KEY_PASSPHRASE, type TestCertificates, tlsArguments } from '../fixtures/tls';
import { ConnectionsWindow } from './harness/connectionsWindow';
import type { QuickInput } from './harness/quickInput';
import type { Workbench } from './harness/workbench';

const APP_PASSWORD = 'of-the-app:@/4711';
const WATCHER_PASSWORD = 'of-the-watcher-0815';

describe('the form of Add Connection…', () => {
  let window: ConnectionsWindow;
  let workbench: Workbench;
  let input: QuickInput;
  /** Only the ACL user `app` may use it. */
  let restricted: TestRedis;
  let sentinel: TestSentinel;
  let hidden: HiddenCluster;
  let certificates: TestCertificates;
  /** Wants a client certificate. */
  let secured: TestRedis;
  let tlsPort: number;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    tlsPort = await freePort();
    [restricted, secured, sentinel, hidden] = await Promise.all([
      startTestRedis(['--user', 'app', 'on', `>${APP_PASSWORD}`, '~*', '&*', '+@all', '--user', 'default', 'off']),
      startTestRedis(tlsArguments(certificates, tlsPort, 'wanted')),
      startTestSentinel({
        sentinelLines: ['requirepass unknown', `user watcher on >${WATCHER_PASSWORD} allchannels +@all`],
        login: { username: 'watcher', password: WATCHER_PASSWORD },
      }),
      startHiddenCluster(),
    ]);
    window = await ConnectionsWindow.open(192);
    ({ workbench } = window);
    input = workbench.quickInput;
  });

  afterAll(async () => {
    await window?.close();
    await Promise.all([restricted?.stop(), secured?.stop(), sentinel?.stop(), hidden?.stop()]);
    await certificates?.remove();
  });

  async function begin(kind: string): Promise<void> {
    await workbench.runCommand('Fleet Cache: Add Connection…');
    await input.pick(kind);
  }

  async function login(user: string, password: string): Promise<void> {
    await input.answerTo('The ACL user', user);
    await input.answerTo('The password of Redis', password);
  }

  it('adds a server with an ACL user', async () => {
    await begin('Standalone server');
    await input.answerTo('Host and port', `127.0.0.1:${restricted.port}`);
    await input.answerTo('The number of the database', '0');
    await input.pick('No TLS');
    await login('app', APP_PASSWORD);
    await window.name('restricted');
    await window.notification('"restricted" was added');
    expect(await window.userSettings()).toContain(`"redis://app@127.0.0.1:${restricted.port}"`);
    expect(await window.test('restricted')).toMatch(
      /^"restricted" works: Redis at 127\.0\.0\.1:\d+, version [\d.]+, 0 keys, [\d.]+ ms\.$/,
    );
  });

  it('adds a master by Sentinels that want a login of their own', async () => {
    await begin('Sentinel');
    await input.answerTo('Some of the servers', sentinel.url.replace(/^.*:\/\/|\/main$/g, ''));
    await input.answerTo('The name of the master', 'main');
    await input.answerTo('Behind NAT', '');
    await input.pick('No TLS');
    await login('', '');
    await input.answerTo('The user by whom the Sentinels', 'watcher');
    await window.picture('connection-form-sentinel');
    await input.answerTo('The password of the Sentinels', WATCHER_PASSWORD);
    await window.name('watched');
    await window.notification('"watched" was added');
    expect(await window.userSettings()).toContain(`"${sentinel.url}"`);
    expect(await window.test('watched')).toMatch(/^"watched" works: Redis at .* \(Sentinel, master main\), version/);
  });

  it('adds a Cluster behind forwarded ports', async () => {
    await begin('Cluster');
    await input.answerTo('Some of the servers', `127.0.0.1:${hidden.ports[0]?.port}`);
    await input.asks('Behind NAT');
    await input.type('10.0.0.1=host');
    await window.soon(async () => expect(await input.message()).toContain('is not two addresses with ports'));
    await window.picture('connection-form-nat');
    await input.answer(hidden.natMap);
    await input.pick('No TLS');
    await login('', '');
    await window.name('hidden');
    await window.notification('"hidden" was added');
    expect(await window.userSettings()).toContain(`"${hidden.url}?natMap=${hidden.natMap}"`);
    expect(await window.test('hidden')).toMatch(/^"hidden" works: Redis at .* \(Cluster\), version/);
  });

  async function describeSecured(passphrase: string): Promise<void> {
    await begin('Standalone server');
    await input.answerTo('Host and port', `127.0.0.1:${tlsPort}`);
    await input.answerTo('The number of the database', '0');
    await input.pick('TLS, verified by an authority’s file…');
    await input.answerTo('Absolute path of the authority’s certificate', certificates.ca);
    await input.pick('A client certificate and its key…');
    await input.answerTo('Absolute path of the client certificate', certificates.client.cert);
    await input.answerTo('Absolute path of its private key', certificates.encryptedKey);
    await login('', '');
    await input.answerTo('The passphrase of the client certificate’s key', passphrase);
    await window.name('secured');
  }

  it('adds a server with TLS that wants a client certificate, by the passphrase of its key', async () => {
    await describeSecured('wrong-2357');
    const text = await window.soon(() => workbench.dialogText());
    expect(text).toContain(
      `Redis at 127.0.0.1:${tlsPort} was not asked: the client certificate's key cannot be opened`,
    );
    expect(text).not.toContain('wrong-2357');
    await window.picture('connection-form-refused');
    await workbench.pressDialogButton('Cancel');
    await describeSecured(KEY_PASSPHRASE);
    await window.notification('"secured" was added');
    expect(await window.test('secured')).toMatch(/^"secured" works: Redis at 127\.0\.0\.1:\d+, version/);
  });

  it('works over each of them with what it keeps, also after a reload', async () => {
    const used = async (port: number) => {
      const admin = new Redis(port, '127.0.0.1', { username: 'app', password: APP_PASSWORD, lazyConnect: true });
      const plain = new Redis(port, '127.0.0.1', { lazyConnect: true });
      const client = port === restricted.port ? admin : plain;
      try {
        await client.connect();
        await window.soon(async () => expect(await client.keys('v1:instance:*')).toHaveLength(1));
      } finally {
        client.disconnect();
      }
    };
    for (const [name, { port }] of Object.entries({ restricted, watched: sentinel.master, secured })) {
      await workbench.runCommand('Fleet Cache: Switch Connection…');
      await input.pick(name);
      await used(port);
    }
    await window.picture('connection-form-added');
    await workbench.reload();
    await workbench.openViewContainer('Fleet Cache');
    await window.soon(async () => expect((await window.connections()).join()).toContain('secured: active'));
    await used(secured.port);
  });

  it('sets each secret of the connection that is used', async () => {
    await workbench.runCommand('Fleet Cache: Switch Connection…');
    await input.pick('watched');
    const setLogin = async (password: string) => {
      await workbench.runCommand('Fleet Cache: Set Redis Password…');
      await input.pick('Login of the Sentinels');
      await input.answerTo('The user by whom the Sentinels', 'watcher');
      await input.answerTo('The password of the Sentinels', password);
    };
    await setLogin('wrong-1113');
    await window.soon(async () => expect(await window.test('watched')).toContain('refused the login: WRONGPASS'));
    await setLogin(WATCHER_PASSWORD);
    await window.soon(async () => expect(await window.test('watched')).toContain('"watched" works'));
  });

  it('leaves no secret in settings, logs or the workspace', async () => {
    for (const secret of [APP_PASSWORD, encodeURIComponent(APP_PASSWORD), WATCHER_PASSWORD, KEY_PASSPHRASE]) {
      expect(await window.filesWith(secret)).toEqual([]);
    }
    expect(await window.filesWith(`127.0.0.1:${tlsPort}`)).not.toEqual([]);
  });
});
