import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { runMany } from '../fixtures/manyKeys';
import { startTestRedis } from '../fixtures/redis';
import { startTestCluster } from '../fixtures/redisCluster';
import type { TreeRow } from './harness/treeView';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 60_000;
const EDITOR_MS = 2_000;
const PASSWORD = 'pass@word-4711';
const LONG_S = '3600';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

function soon<T>(check: () => Promise<T>): Promise<T> {
  return eventually(check, PATIENCE_MS);
}

/** A window whose fleet is cached in another Redis than that of the workspace. */
async function openWindow(url: string, firstNetwork: number, env: Record<string, string> = {}): Promise<Workbench> {
  const settings = { 'fleetCache.redis.url': url };
  const fleet = await FleetWorkspace.start({ miners: 2, tenants: 1, seed: 7, firstNetwork, settings });
  cleanUps.push(() => fleet.stop());
  const { folder, environment } = fleet;
  const server = await VsCodeServer.start({ folder, extensions: [VSIX], env: { ...environment, ...env } });
  cleanUps.push(() => server.stop());
  const workbench = await Workbench.open(server, { width: 1400, height: 1_000 });
  cleanUps.push(() => workbench.close());
  await workbench.openViewContainer('Fleet Cache');
  await soon(async () => expect((await workbench.treeView('Miners').rows())[0]?.description).toMatch(/^2\/2 online/));
  // Rows that find no place do not exist.
  await workbench.treeView('Miners').collapseSection();
  await workbench.treeView('Cache Keys').expandSection();
  return workbench;
}

async function row(workbench: Workbench, label: string): Promise<TreeRow> {
  const found = (await workbench.treeView('Cache Keys').rows()).find((each) => each.label === label);
  expect(found, `row ${label}`).toBeDefined();
  return found as TreeRow;
}

async function allowWriting(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fleet Cache: Allow Writing…');
  await workbench.quickInput.pick('default');
  await soon(() => workbench.dialogText());
  await workbench.pressDialogButton('Allow Writing');
}

/** Begins to delete, until what is asked is this: after writing was allowed, all is connected and listed anew. */
async function untilAsked(
  workbench: Workbench,
  path: readonly string[],
  labels: readonly string[],
  question: string,
): Promise<void> {
  const tree = workbench.treeView('Cache Keys');
  const asked = async () => expect(await workbench.shownDialogText()).toContain(question);
  const putAway = async () => {
    await workbench.cancelDialog();
    for (const each of path) {
      await tree.expand(each);
    }
  };
  await tree.chooseForAll(labels, 'Delete Key…', asked, putAway);
}

describe('keys elsewhere', () => {
  it('lists, pages and deletes the keys of all masters of a Cluster, once that is allowed', async () => {
    const cluster = await startTestCluster();
    cleanUps.push(() => cluster.stop());
    // Each master takes those of its slots, and refuses the others.
    for (const { port } of cluster.masters) {
      await runMany(port, 300_000, (index) => ['SET', `shop:session:${index}`, 'x', 'EX', LONG_S]);
      await runMany(port, 9, (index) => ['SET', `v1:bench:gone:${index}`, 'x', 'EX', LONG_S]);
    }
    const workbench = await openWindow(cluster.url, 195);
    const tree = workbench.treeView('Cache Keys');
    await soon(async () => expect((await row(workbench, 'shop')).description).toBe('300,000 keys · foreign'));
    await soon(async () => expect(await tree.message()).toBe(''));
    await tree.open('shop', 'session');
    await tree.open('session', '0');
    await soon(async () => expect((await row(workbench, '0')).description).toMatch(/^string · TTL \d+m · 1 B$/));
    await workbench.screenshot('keys-cluster');
    await tree.collapse('shop');

    await tree.open('bench', 'gone');
    await tree.open('gone', '8');
    await soon(async () => expect((await row(workbench, '8')).description).toMatch(/^string · TTL/));
    await tree.choose('0', 'Delete Key…', async () =>
      expect((await workbench.notifications()).join()).toMatch(/is read-only, because it is a Cluster/),
    );
    await workbench.clearNotifications();
    await allowWriting(workbench);
    await untilAsked(workbench, ['bench', 'gone'], ['0', '1', '2', '3', '4', '5', '6', '7'], 'Delete 8 keys?');
    await workbench.pressDialogButton('Delete');
    await workbench.said('Deleted 8 keys.');
    await soon(async () => expect((await row(workbench, 'gone')).description).toBe('1 key'));
  });

  it('does without what a login may not ask, and says so once', async () => {
    const redis = await startTestRedis();
    cleanUps.push(() => redis.stop());
    const admin = new Redis(redis.port, '127.0.0.1');
    cleanUps.push(() => admin.disconnect());
    const rights = ['~*', '&*', '+@all', '-info', '-config', '-memory'];
    await admin.call('ACL', 'SETUSER', 'app', 'on', `>${PASSWORD}`, ...rights);
    await admin.hset('v1:bench:x:hash', { field: 'value' });
    await admin.pexpire('v1:bench:x:hash', 3_600_000);
    await admin.set('v1:bench:x:text', 'text', 'EX', LONG_S);
    const url = `redis://app@127.0.0.1:${redis.port}`;
    const workbench = await openWindow(url, 196, { FLEET_CACHE_REDIS_PASSWORD: PASSWORD });
    const tree = workbench.treeView('Cache Keys');
    await soon(() => row(workbench, 'bench'));
    await tree.open('bench', 'x');
    await tree.open('x', 'text');
    await soon(async () => expect((await row(workbench, 'text')).description).toMatch(/^string · TTL \d+m · 4 B$/));
    await soon(async () => expect((await row(workbench, 'hash')).description).toMatch(/^hash · TTL \d+m · 1 field$/));
    await soon(async () =>
      expect(await tree.message()).toBe('Some facts are missing: the login may not use MEMORY USAGE.'),
    );
    const editor = workbench.page.locator('.editor-instance .view-lines').first();
    await tree.click('hash', async () =>
      expect(await editor.textContent({ timeout: EDITOR_MS })).toMatch(/"field":\s"value"/),
    );
    await allowWriting(workbench);
    await untilAsked(workbench, ['bench', 'x'], ['hash'], 'Delete v1:bench:x:hash?');
    await workbench.pressDialogButton('Delete');
    await soon(async () => expect(await admin.exists('v1:bench:x:hash')).toBe(0));
    await tree.choose('text', 'Set TTL…', () => workbench.quickInput.opens());
    await workbench.quickInput.answer('2h');
    await soon(async () => expect(await admin.ttl('v1:bench:x:text')).toBeGreaterThan(7_000));
    await workbench.screenshot('keys-login');
    const told = (await workbench.notifications()).join();
    expect(told).not.toMatch(/NOPERM|MEMORY|INFO|CONFIG/);
  });
});
