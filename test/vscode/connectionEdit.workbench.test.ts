import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../fixtures/redis';
import { ConnectionsWindow } from './harness/connectionsWindow';
import type { QuickInput } from './harness/quickInput';
import type { Workbench } from './harness/workbench';

const PASSWORDS = { ann: 'of-ann-1117', bob: 'of-bob-2223', eve: 'of-eve-3331' } as const;
type User = keyof typeof PASSWORDS;
const USERS = (Object.keys(PASSWORDS) as User[]).flatMap((user) => [
  ...['--user', user, 'on', `>${PASSWORDS[user]}`, '~*', '&*', '+@all'],
]);

describe('connections that are there', () => {
  let window: ConnectionsWindow;
  let workbench: Workbench;
  let input: QuickInput;
  /** Both have the users, and nobody gets in without one. */
  let first: TestRedis;
  let second: TestRedis;

  beforeAll(async () => {
    const args = [...USERS, '--user', 'default', 'off'];
    [first, second] = await Promise.all([startTestRedis(args), startTestRedis(args)]);
    window = await ConnectionsWindow.open(198);
    ({ workbench } = window);
    input = workbench.quickInput;
    for (const user of ['ann', 'bob'] as const) {
      await workbench.runCommand('Fleet Cache: Add Connection…');
      await input.pick('Type a URL');
      await input.answerTo('The URL', `redis://${user}:${PASSWORDS[user]}@127.0.0.1:${first.port}`);
      await window.name(user);
      await window.notification(`"${user}" was added`);
    }
  });

  afterAll(async () => {
    await window?.close();
    await Promise.all([first?.stop(), second?.stop()]);
  });

  const url = (user: User, server: TestRedis) => `redis://${user}@127.0.0.1:${server.port}`;

  const of = (user: User) => `${user}@127.0.0.1:${first.port}`;

  /** Labels and details of what can be done with the passwords. */
  function choices(detail: string, label: string): readonly string[] {
    return [label, detail, 'Type them anew…', 'They are kept in VS Code’s secret storage.'];
  }

  async function edit(name: string, to: string): Promise<void> {
    await workbench.runCommand('Fleet Cache: Edit Connection…');
    await input.pick(name);
    await input.answerTo('The URL', to);
  }

  /** That the server lets them in shows that each has the password of its own user. */
  async function expectBothWork(): Promise<void> {
    expect(await window.test('ann')).toContain('"ann" works');
    expect(await window.test('bob')).toContain('"bob" works');
  }

  it('says what is there, and keeps users of one server apart', async () => {
    await expectBothWork();
    expect(await window.connections()).toEqual([
      `default: active · 127.0.0.1:${window.fleet.redis.port}`,
      `ann: ann@127.0.0.1:${first.port}`,
      `bob: bob@127.0.0.1:${first.port}`,
    ]);
  });

  it('loses nothing when an edited connection does not work and is not wanted', async () => {
    await edit('ann', url('eve', first));
    await window.soon(async () =>
      expect(await input.items()).toEqual(
        choices(`What is stored for ${of('ann')} is sent to ${of('eve')}.`, 'Take the former ones along'),
      ),
    );
    await window.picture('connection-edit-passwords');
    await input.pick('Take the former ones along');
    await input.answerTo('A name for the connection', 'ann');
    const text = await window.soon(() => workbench.dialogText());
    expect(text).toContain(`Redis at 127.0.0.1:${first.port} refused the login: WRONGPASS`);
    await workbench.pressDialogButton('Cancel');
    expect(await window.userSettings()).toContain(url('ann', first));
    await expectBothWork();
  });

  it('takes its password along to another server only when it is told to', async () => {
    await edit('bob', url('bob', second));
    await input.pick('Take the former ones along');
    await input.answerTo('A name for the connection', 'robert');
    await window.soon(async () => expect(await window.connections()).toContain(`robert: bob@127.0.0.1:${second.port}`));
    expect(await window.test('robert')).toContain('"robert" works');
    expect(await window.test('ann')).toContain('"ann" works');
  });

  it('forgets what no connection uses any more', async () => {
    await edit('ann', url('eve', first));
    await input.pick('Type them anew…');
    await input.answerTo('The password of Redis', PASSWORDS.eve);
    await input.answerTo('A name for the connection', 'ann');
    await window.soon(async () => expect(await window.connections()).toContain(`ann: eve@127.0.0.1:${first.port}`));
    expect(await window.test('ann')).toContain('"ann" works');
    for (const user of ['ann', 'bob'] as const) {
      await workbench.runCommand('Fleet Cache: Add Connection…');
      await input.pick('Type a URL');
      await input.answerTo('The URL', url(user, first));
      await window.name('again');
      const text = await window.soon(() => workbench.dialogText());
      expect(text).toMatch(/refused the login: (NOAUTH|WRONGPASS)/);
      await workbench.pressDialogButton('Cancel');
    }
  });

  it('connects anew with a password that was typed anew', async () => {
    const admin = new Redis(first.port, '127.0.0.1', { username: 'bob', password: PASSWORDS.bob });
    try {
      await workbench.runCommand('Fleet Cache: Switch Connection…');
      await input.pick('ann');
      await window.soon(async () => expect(await admin.keys('v1:instance:*')).toHaveLength(1));
      await admin.call('ACL', 'SETUSER', 'eve', 'resetpass', '>of-eve-anew-5557');
      await admin.call('CLIENT', 'KILL', 'USER', 'eve');
      await window.soon(async () => expect(await window.test('ann')).toContain('refused the login: WRONGPASS'));
      await edit('ann', url('eve', first));
      await window.soon(async () =>
        expect(await input.items()).toEqual(
          choices(`What is stored for ${of('eve')} stays as it is.`, 'Keep the stored ones'),
        ),
      );
      await input.pick('Type them anew…');
      await input.answerTo('The password of Redis', 'of-eve-anew-5557');
      await admin.del(...(await admin.keys('v1:instance:*')), 'v1:instances');
      await input.answerTo('A name for the connection', 'ann');
      await window.soon(async () => expect(await admin.keys('v1:instance:*')).toHaveLength(1));
    } finally {
      admin.disconnect();
    }
  });

  async function label(name: string, environment: string): Promise<void> {
    await workbench.runCommand('Fleet Cache: Label Connection…');
    await input.pick(name);
    await input.pick(environment);
  }

  it('labels it, and takes production off only for its name', async () => {
    const row = (description: string) =>
      window.soon(async () => expect(await window.connections()).toContain(`robert: ${description}`));
    const address = `bob@127.0.0.1:${second.port}`;
    await label('robert', 'Staging');
    await row(`staging · ${address}`);
    await label('robert', 'Production');
    await row(`production · read-only · ${address}`);
    await label('robert', 'Development');
    await input.asks('type robert to go on');
    await window.picture('connection-label');
    await input.answer('robbert');
    await window.soon(async () => expect(await input.message()).toContain('Type robert'));
    await row(`production · read-only · ${address}`);
    await input.answer('robert');
    await row(`development · ${address}`);
    expect(JSON.parse(await window.userSettings())['fleetCache.connections']).toContainEqual({
      name: 'robert',
      url: url('bob', second),
      environment: 'development',
    });
  });

  it('says exactly what is wrong with one', async () => {
    await second.stop();
    expect(await window.test('robert')).toBe(
      `Redis at 127.0.0.1:${second.port} refused the connection (ECONNREFUSED). Is it running?`,
    );
    for (const password of [...Object.values(PASSWORDS), 'of-eve-anew-5557']) {
      expect(await window.filesWith(password)).toEqual([]);
    }
  });
});
