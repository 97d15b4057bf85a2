import { readFile, writeFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { startLocalRedis } from '../../src/redis/localServer';
import { eventually } from '../fixtures/eventually';
import type { TreeRow } from './harness/treeView';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const STATUS_BAR_ID = 'fleet-cache.fleet-cache.fleetCache.hitRatio';
const MINERS = 200;
const OFFLINE = 10;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;

describe('a fleet in the window', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let workbench: Workbench;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({
      miners: MINERS,
      tenants: 4,
      seed: 7,
      faults: 'offline=5%',
      firstNetwork: 110,
    });
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    await workbench.openViewContainer('Fleet Cache');
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  function tree() {
    return workbench.treeView('Miners');
  }

  async function row(label: string): Promise<TreeRow> {
    const found = (await tree().rows()).find((each) => each.label === label);
    expect(found, `row ${label}`).toBeDefined();
    return found as TreeRow;
  }

  /** Sums the tenants' "46/50 online". */
  async function online(): Promise<{ readonly online: number; readonly miners: number }> {
    const rows = (await tree().rows()).filter(({ level }) => level === 1);
    const counts = rows.map(
      ({ description }) => /^(\d+)\/(\d+) online/.exec(description)?.slice(1).map(Number) ?? [0, 0],
    );
    return {
      online: counts.reduce((sum, [count]) => sum + (count ?? 0), 0),
      miners: counts.reduce((sum, [, count]) => sum + (count ?? 0), 0),
    };
  }

  /** The first listed miner that hashes. */
  async function hashingMiner(): Promise<TreeRow> {
    const rows = await tree().rows();
    const found = rows.find(({ level, description }) => level === 2 && description.startsWith('normal'));
    expect(found).toBeDefined();
    return found as TreeRow;
  }

  function statusBar() {
    return workbench.statusBarItem(STATUS_BAR_ID);
  }

  it('lists the tenants with what is online', async () => {
    await soon(async () => expect(await online()).toEqual({ online: MINERS - OFFLINE, miners: MINERS }));
    const rows = await tree().rows();
    expect(rows).toHaveLength(4);
    for (const { description } of rows) {
      expect(description).toMatch(/^\d+\/50 online · \d+\.\d\d PH\/s$/);
    }
  });

  it('shows the hit ratio of the last five minutes in the status bar', async () => {
    await soon(async () => expect(await statusBar().textContent()).toMatch(/^\s*\d+ % hits\s*$/));
    expect(await statusBar().getAttribute('aria-label')).toMatch(/^\d+ % hits.*\d+ lookups/s);
    // A hover goes when what it tells of is drawn anew.
    await soon(async () => {
      await workbench.page.mouse.move(700, 400);
      await statusBar().hover();
      const hover = workbench.page.locator('.monaco-hover:not(.hidden)', { hasText: 'Open Dashboard' });
      await hover.waitFor({ timeout: 3_000 });
      expect(await hover.locator('table').textContent({ timeout: 3_000 })).toMatch(
        /miner:status\s*\d+\s*\d+ %\s*\d+ %/,
      );
    });
    await workbench.screenshot('statusBar');
    await soon(async () => {
      await statusBar().locator('a').click();
      await workbench.page.locator('.tab', { hasText: 'Fleet Cache' }).waitFor({ timeout: 10_000 });
    });
    await workbench.runCommand('View: Close All Editors');
  });

  it('shows miners with state and hashrate, and those that are down with the reason, never with figures', async () => {
    const tenant = (await tree().rows())[0]?.label ?? '';
    await tree().expand(tenant);
    // Hashrates come after all states.
    await soon(async () => {
      const miners = (await tree().rows()).filter(({ level }) => level === 2);
      expect(miners.length).toBeGreaterThan(20);
      for (const { description } of miners) {
        expect(description).toMatch(/^(\w[\w ]* · \d+\.\d TH\/s|offline: cannot connect)$/);
      }
    });
    const inventory = JSON.parse(await readFile(fleet.inventory, 'utf8'));
    expect(inventory.miners).toHaveLength(MINERS);
    await workbench.screenshot('miners');
  });

  it('lists the cached entries of a miner with TTL, age and size, and opens one as read-only JSON', async () => {
    await tree().expand((await soon(hashingMiner)).label);
    await soon(async () =>
      expect((await row('status')).description).toMatch(/^\d+s left · (\d+s old|just fetched) · \d+ B$/),
    );
    await soon(async () => expect((await row('hashboards')).description).toBe('not cached'));
    const editor = workbench.page.locator('.editor-instance .view-lines').first();
    await tree().click('hashboards', async () =>
      expect(await editor.textContent({ timeout: 2_000 })).toMatch(/"dataset":\s+"miner:hashboards"/),
    );
    await soon(async () => expect((await row('hashboards')).description).toMatch(/^\d+s left/));
    await workbench.screenshot('entry');
    await workbench.runCommand('View: Close All Editors');
  });

  it('warms a tenant from its context menu, and says what came of it', async () => {
    const tenant = (await tree().rows())[0]?.label ?? '';
    // Where VS Code has no row for it, the command asks first what to warm.
    await tree().choose(tenant, 'Warm Cache…', async () =>
      expect(await workbench.quickInput.items()).toContain('details'),
    );
    await workbench.quickInput.toggle('details', 'status');
    await workbench.said(/Warmed tenant .* fetched, \d+ were fresh/);
    await workbench.screenshot('warmed');
    await workbench.clearNotifications();
  });

  it('asks before it invalidates, with the count, and does nothing when the answer is no', async () => {
    await workbench.runCommand('Fleet Cache: Warm Cache…');
    await workbench.quickInput.pick('Whole fleet');
    await workbench.quickInput.toggle();
    await workbench.said(/Warmed the whole fleet/);
    await workbench.clearNotifications();
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Whole fleet');
    expect(await workbench.dialogText()).toMatch(
      /Invalidate the cache of the whole fleet\?[\s\S]*\d+ entries are cached now, of 200 miners/,
    );
    await workbench.screenshot('invalidate');
    await workbench.pressDialogButton('Cancel');
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Whole fleet');
    await workbench.dialogText();
    await workbench.pressDialogButton('Invalidate');
    await workbench.said(/Invalidated the whole fleet: [\d,]+ entries/);
    await workbench.clearNotifications();
  });

  it('refreshes the whole fleet from the view’s title', async () => {
    await tree().pressTitleAction('Collapse All');
    await workbench.runCommand('Fleet Cache: Refresh');
    await soon(async () => expect(await online()).toEqual({ online: MINERS - OFFLINE, miners: MINERS }));
  });

  it('lets go of Redis while it is paused, also over a reload of the window', async () => {
    const admin = new Redis(fleet.redis.port, '127.0.0.1');
    try {
      const others = async () =>
        String(await admin.client('LIST'))
          .trim()
          .split('\n').length - 1;
      await soon(async () => expect(await others()).toBeGreaterThan(0));
      await workbench.runCommand('Fleet Cache: Pause');
      await soon(async () => expect(await statusBar().textContent()).toContain('paused'));
      await soon(async () => expect(await tree().message()).toContain('Fleet Cache is paused in this workspace'));
      await soon(async () => expect(await others()).toBe(0));
      await workbench.screenshot('paused');
      await workbench.reload();
      await workbench.openViewContainer('Fleet Cache');
      await soon(async () => expect(await statusBar().textContent()).toContain('paused'));
      expect(await others()).toBe(0);
    } finally {
      admin.disconnect();
    }
    await workbench.runCommand('Fleet Cache: Resume');
    await soon(async () => expect(await online()).toEqual({ online: MINERS - OFFLINE, miners: MINERS }));
  });

  it('says that Redis is down, goes on with the miners, and heals without a reload', async () => {
    process.kill(fleet.redis.pid, 'SIGKILL');
    await soon(async () => expect(await statusBar().textContent()).toContain('Redis down'));
    await soon(async () =>
      expect(await tree().message()).toMatch(/Redis is down; miners are read directly\. .*127\.0\.0\.1:\d+/),
    );
    await workbench.runCommand('Fleet Cache: Refresh');
    await soon(async () => expect(await online()).toEqual({ online: MINERS - OFFLINE, miners: MINERS }));
    await workbench.screenshot('redis-down');
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Whole fleet');
    expect(await workbench.dialogText()).toContain('Redis cannot be reached');
    await workbench.screenshot('invalidate-redis-down');
    await workbench.pressDialogButton('Invalidate');
    await workbench.said('As soon as Redis can be reached');
    await workbench.clearNotifications();
    const again = await startLocalRedis({ directory: fleet.folder, port: fleet.redis.port });
    try {
      await soon(async () => expect(await statusBar().textContent()).not.toContain('Redis down'));
      await soon(async () => expect(await tree().message()).toBe(''));
      await tree().expand((await tree().rows())[0]?.label ?? '');
      await tree().expand((await soon(hashingMiner)).label);
      await soon(async () => expect((await row('status')).description).toMatch(/^\d+s left/));
    } finally {
      await again.stop();
    }
  });

  it('shows what is wrong in fleet.json above the tree and in the Problems panel', async () => {
    const original = await readFile(fleet.inventory, 'utf8');
    await writeFile(fleet.inventory, original.replace('"tenant"', '"tennant"'));
    await soon(async () =>
      expect(await tree().message()).toMatch(/fleet\.json, line \d+: The field "tennant" is unknown/),
    );
    await workbench.runCommand('Problems: Focus on Problems View');
    await soon(async () => expect(await workbench.page.locator('.markers-panel').textContent()).toContain('tennant'));
    await workbench.screenshot('problems');
    await writeFile(fleet.inventory, original);
    await soon(async () => expect(await tree().message()).not.toContain('tennant'));
  });

  it('is there again after the window was reloaded', async () => {
    await workbench.reload();
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect(await online()).toEqual({ online: MINERS - OFFLINE, miners: MINERS }));
  });
});
