import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../fixtures/redis';
import { ConnectionsWindow } from './harness/connectionsWindow';
import type { Workbench } from './harness/workbench';

const PASSWORD = 'pass@word-4711';
/** A name that must stay a text. */
const HOSTILE = '<img src=x onerror="hacked=1"> [x](command:y) $(trash)';

describe('connections and instances', () => {
  let window: ConnectionsWindow;
  let workbench: Workbench;
  /** A Redis with a password, which makes it look like production. */
  let plant: TestRedis;
  let admin: Redis;
  const soon = <T>(check: () => Promise<T>) => window.soon(check);
  const connections = () => window.connections();

  beforeAll(async () => {
    plant = await startTestRedis(['--requirepass', PASSWORD]);
    admin = new Redis(plant.port, '127.0.0.1', { password: PASSWORD });
    const own = [
      { name: HOSTILE, url: 'redis://127.0.0.1:1' },
      { name: 'bad', url: 'redis://app:hunter2@127.0.0.1:1' },
    ];
    window = await ConnectionsWindow.open(191, { 'fleetCache.connections': own }, async (fleet) => {
      // A workspace tries to bring a connection of its own.
      const file = join(fleet.folder, '.vscode', 'settings.json');
      const settings = JSON.parse(await readFile(file, 'utf8'));
      settings['fleetCache.connections'] = [{ name: 'brought', url: fleet.redis.url, readOnly: false }];
      await writeFile(file, JSON.stringify(settings));
    });
    workbench = window.workbench;
  });

  afterAll(async () => {
    await window?.close();
    admin?.disconnect();
    await plant?.stop();
  });

  async function add(password: string): Promise<void> {
    await workbench.runCommand('Fleet Cache: Add Connection…');
    await workbench.quickInput.pick('Type a URL');
    const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${plant.port}`;
    await workbench.quickInput.answerTo('The URL', url);
    await workbench.quickInput.pick('Production');
    await workbench.quickInput.answerTo('A name for the connection', 'plant');
  }

  it('lists the connection of the setting, and none that the workspace brings', async () => {
    await soon(async () =>
      expect(await connections()).toEqual([
        `default: active · 127.0.0.1:${window.fleet.redis.port}`,
        `${HOSTILE}: 127.0.0.1:1`,
      ]),
    );
    const message = await workbench.treeView('Connections').message();
    expect(message).toContain('fleetCache.connections: entry 2 has a "url" with a password');
    expect(message).not.toContain('hunter2');
    expect(await workbench.page.evaluate('window.hacked')).toBeUndefined();
  });

  it('lists this window among the instances', async () => {
    await soon(async () => {
      const rows = await workbench.treeView('Instances').rows();
      expect(rows).toHaveLength(1);
      expect(rows[0]?.label).toMatch(/^This window on /);
      expect(rows[0]?.description).toMatch(/watches 4 · up /);
      expect(rows[0]?.icon).toBe('window');
    });
  });

  it('says exactly why a connection does not work, and adds none that nobody wants', async () => {
    await add('wrong');
    const text = await soon(() => workbench.dialogText());
    expect(text).toContain(`Redis at 127.0.0.1:${plant.port} refused the login: WRONGPASS`);
    expect(text).not.toContain('wrong@');
    await workbench.pressDialogButton('Cancel');
    expect(await window.userSettings()).not.toContain('"plant"');
  });

  it('adds one, keeps its password out of the settings, and switches to it', async () => {
    await add(PASSWORD);
    await workbench.said('"plant" was added');
    const settings = await window.userSettings();
    expect(settings).toContain(`redis://127.0.0.1:${plant.port}`);
    expect(settings).not.toMatch(/pass(@|%40)word/);
    await workbench.pressNotificationButton('"plant" was added', 'Switch to It');
    await soon(async () =>
      expect(await connections()).toEqual([
        `default: 127.0.0.1:${window.fleet.redis.port}`,
        `${HOSTILE}: 127.0.0.1:1`,
        `plant: active · production · read-only · 127.0.0.1:${plant.port}`,
      ]),
    );
    // The cache goes on all the same.
    await soon(async () => expect(await admin.keys('v1:instance:*')).toHaveLength(1));
    await workbench.screenshot('connections');
  });

  it('changes nothing by hand over it until the person has typed its name', async () => {
    const before = await soon(async () => {
      const generation = await admin.get('v1:gen:all');
      expect(generation).not.toBeNull();
      return generation;
    });
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.said('the connection "plant" is read-only, because it is labelled production.');
    expect(await admin.get('v1:gen:all')).toBe(before);
    await workbench.clearNotifications();

    await workbench.runCommand('Fleet Cache: Allow Writing…');
    await workbench.quickInput.pick('plant');
    await workbench.quickInput.asks('type plant to go on');
    await workbench.quickInput.answer('plan');
    await soon(async () => expect(await workbench.quickInput.message()).toContain('Type plant'));
    await workbench.quickInput.answer('plant');
    await soon(async () =>
      expect((await connections())[2]).toBe(`plant: active · production · 127.0.0.1:${plant.port}`),
    );
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Whole fleet');
    await soon(async () => expect(await workbench.quickInput.message()).toContain('type plant to go on'));
    expect(await admin.get('v1:gen:all')).toBe(before);
    await workbench.quickInput.answer('plant');
    await soon(async () => expect(await admin.get('v1:gen:all')).not.toBe(before));
  });

  it('deletes no key over it until the person has typed its name', async () => {
    await admin.set('v1:bench:gone:a', 'x', 'EX', 3_600);
    const keys = workbench.treeView('Cache Keys');
    await keys.expandSection();
    await workbench.runCommand('Fleet Cache: Refresh Keys');
    await keys.open('v1', 'bench');
    await keys.open('bench', 'gone');
    await keys.open('gone', 'a');
    await keys.choose('a', 'Delete Key…', async () =>
      expect(await workbench.quickInput.message()).toContain('type plant to go on'),
    );
    await workbench.screenshot('keys-delete-production');
    await workbench.quickInput.answer('plan');
    await soon(async () => expect(await workbench.quickInput.message()).toContain('Type plant'));
    expect(await admin.exists('v1:bench:gone:a')).toBe(1);
    await workbench.quickInput.answer('plant');
    await soon(async () => expect(await admin.exists('v1:bench:gone:a')).toBe(0));
    await workbench.clearNotifications();
  });

  it('remembers the choice over a reload, and goes back when the connection is removed', async () => {
    await workbench.reload();
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () =>
      expect((await connections())[2]).toBe(`plant: active · production · 127.0.0.1:${plant.port}`),
    );
    await workbench.runCommand('Fleet Cache: Remove Connection…');
    await workbench.quickInput.pick('plant');
    await soon(() => workbench.dialogText());
    await workbench.pressDialogButton('Remove');
    await soon(async () =>
      expect(await connections()).toEqual([
        `default: active · 127.0.0.1:${window.fleet.redis.port}`,
        `${HOSTILE}: 127.0.0.1:1`,
      ]),
    );
    // What cannot be used is left to the person.
    expect(await window.userSettings()).toContain('hunter2');
  });
});
