import { readFile, writeFile } from 'node:fs/promises';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import Redis from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { loadMinerServices } from '../../src/braiins/proto/load';
import { minerKey } from '../../src/cache/keys';
import { eventually } from '../fixtures/eventually';
import { HOSTILE_TEXTS } from '../fixtures/hostileTexts';
import { DashboardPage } from './harness/dashboardPage';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const TEXTS: readonly string[] = Object.values(HOSTILE_TEXTS);
/** Names may be of 200 characters, and ids without control characters. */
const NAMES: readonly string[] = TEXTS.map((text) => text.slice(0, 200)).filter(
  (text) => !/[\p{Cc}\p{Surrogate}]/u.test(text),
);
/** A miner that answers with such words in place of data. */
const SPITEFUL = 'spiteful';
/** How much of a text a miner's status has room for. */
const MAX_DETAILS = 4_000;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 45_000;

describe('texts that somebody else made, in the window', () => {
  /** Dialogs, faults, and what the content policy refused. */
  const problems: string[] = [];
  let fleet: FleetWorkspace;
  let spiteful: Server;
  let server: VsCodeServer;
  let workbench: Workbench;
  let redis: Redis;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: NAMES.length, tenants: 1, seed: 13, firstNetwork: 170 });
    spiteful = await startSpitefulMiner();
    const port = await new Promise<number>((resolve, reject) =>
      spiteful.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    await giveHostileNames(fleet.inventory, port);
    redis = new Redis(fleet.redis.url);
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    workbench.page.on('dialog', async (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    workbench.page.on('pageerror', (error) => problems.push(`fault: ${error.message}`));
    workbench.page.on('console', (message) => {
      const isOurs = message.location().url.includes('dashboard.js');
      if (message.type() === 'error' && (isOurs || /content security policy/i.test(message.text()))) {
        problems.push(`console: ${message.text()}`);
      }
    });
    await workbench.openViewContainer('Fleet Cache');
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    redis?.disconnect();
    spiteful?.forceShutdown();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  /** What must be true of a page whatever it shows. */
  async function expectUnharmed({ frame }: DashboardPage): Promise<void> {
    expect(await frame.locator('img, iframe, object, embed, form, a, b, svg:not(.icon)').count()).toBe(0);
    expect(await frame.locator('script', { hasText: 'hacked' }).count()).toBe(0);
    expect(await frame.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth)).toBe(0);
    const tall = await frame.locator('tr, li, .tile').evaluateAll((all) => all.map(({ clientHeight }) => clientHeight));
    expect(Math.max(...tall)).toBeLessThan(420);
    for (const each of workbench.page.frames()) {
      expect(await each.evaluate('"hacked" in globalThis')).toBe(false);
    }
    expect(await workbench.page.locator('.sidebar img[src="x"], .sidebar iframe[src^="javascript"]').count()).toBe(0);
    expect(problems).toEqual([]);
  }

  it('are only shown where they are names of miners and tenants, and what a miner says of itself', async () => {
    await workbench.runCommand('Fleet Cache: Open Dashboard');
    const page = await DashboardPage.of(workbench, 'panel');
    await soon(async () =>
      expect(await page.tile('Miners')).toBe(`Miners ${NAMES.length} online of ${NAMES.length + 1} 1 offline`),
    );
    expect((await page.gridSize()).rows).toBe(1);
    await page.toggleMinerTable();
    const names = await page.frame.locator('section.fleet tbody th').allInnerTexts();
    expect(names).toHaveLength(NAMES.length + 1);
    expect(names).toContain(HOSTILE_TEXTS['a script']);
    expect((await page.minerRow(SPITEFUL)).at(-1)).toContain('<script>window.hacked');
    await expectUnharmed(page);
    await page.toggleMinerTable();
    await workbench.screenshot('hostile-texts');
  });

  it('are only shown where they came over Redis: as events, as reasons, and in place of data', async () => {
    const page = await DashboardPage.of(workbench, 'panel');
    for (const text of TEXTS) {
      const name = text.slice(0, 200);
      const said = { minerId: name, status: name, reason: text, timestamp: text, by: name };
      await redis.xadd('v1:events', '*', 'kind', 'status', 'text', JSON.stringify(said));
      await redis.xadd('v1:events', '*', 'kind', text, 'text', text);
      const voided = { type: 'invalidated', scopes: [`v1:gen:miner:${name}`, text], cause: text, by: name, at: 0 };
      await redis.xadd('v1:events', '*', 'kind', 'invalidated', 'text', JSON.stringify(voided));
      await redis.publish('events:cache', JSON.stringify(voided));
      await redis.publish(`events:miner:${name}:status`, JSON.stringify(said));
    }
    for (const name of NAMES) {
      await spoilStatus(name, name);
    }
    const last = { minerId: 'last', status: 'paused', by: 'test' };
    await redis.xadd('v1:events', '*', 'kind', 'status', 'text', JSON.stringify(last));
    await soon(async () => expect(await page.events()).toContain('last is paused'));
    await page.frame.locator('section.events').getByRole('button', { name: 'Show as table' }).click();
    await soon(async () => expect(await page.events()).toContain(HOSTILE_TEXTS['a script']));
    await expectUnharmed(page);
    await page.frame.locator('section.events').getByRole('button', { name: 'Show as table' }).click();
    await expectUnharmed(page);
  });

  it('are only shown in the side bar', async () => {
    await workbench.treeView('Dashboard').expandSection();
    const compact = await DashboardPage.of(workbench, 'compact');
    await soon(async () =>
      expect(await compact.frame.locator('.trouble-list').textContent()).toContain('<script>window.hacked'),
    );
    await expectUnharmed(compact);
    await workbench.screenshot('hostile-texts-compact');
  });

  /** Somebody has written another state into a miner's entry. */
  async function spoilStatus(minerId: string, state: string): Promise<void> {
    const key = minerKey(minerId, 'status');
    const text = await redis.get(key);
    if (text !== null) {
      const entry: { data: Record<string, unknown> } = JSON.parse(text);
      await redis.set(key, JSON.stringify({ ...entry, data: { ...entry.data, state } }), 'KEEPTTL');
    }
  }
});

/** Whatever it is asked, it refuses in the words of somebody who means harm. */
async function startSpitefulMiner(): Promise<Server> {
  const { authentication } = await loadMinerServices();
  const miner = new Server();
  // A status is sent as UTF-8, which has no halves of pairs.
  const details = TEXTS.join(' ')
    .replace(/\p{Surrogate}/gu, '')
    .slice(0, MAX_DETAILS);
  miner.addService(
    { Login: authentication.Login },
    {
      Login: (_: unknown, answer: (error: { code: status; details: string }) => void) =>
        answer({ code: status.INTERNAL, details }),
    },
  );
  return miner;
}

async function giveHostileNames(inventoryPath: string, spitefulPort: number): Promise<void> {
  const inventory: { miners: Record<string, unknown>[] } = JSON.parse(await readFile(inventoryPath, 'utf8'));
  const miners = inventory.miners.map((miner, index) => ({
    ...miner,
    id: NAMES[index],
    tenant: NAMES[index],
    tags: NAMES,
  }));
  const spiteful = { id: SPITEFUL, host: '127.0.0.1', port: spitefulPort };
  await writeFile(inventoryPath, JSON.stringify({ ...inventory, miners: [...miners, spiteful] }));
}
