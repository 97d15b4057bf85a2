import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { loadPackageDefinition } from '../../src/braiins/proto/packageDefinition';
import { type LocalRedis, startLocalRedis } from '../../src/redis/localServer';
import { type ControlMethods, controlMethods } from '../../src/simulator/control/protocol';
import { eventually } from '../fixtures/eventually';
import { RawClient } from '../integration/simulator/rawClient';
import { DashboardPage } from './harness/dashboardPage';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const STATUS_BAR_ID = 'fleet-cache.fleet-cache.fleetCache.hitRatio';
const MINERS = 24;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 45_000;
/** The status bar tells anew each second. */
const STATUS_BAR_MS = 1_500;
/** What is promised is a second; a busy machine may be late. */
const HANG_MS = 30_000;
/** Not that of the miner that other tests take. */
const OTHER_CELL = 5;

describe('the dashboard in the window', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let workbench: Workbench;
  let control: RawClient;
  let methods: ControlMethods;
  let page: DashboardPage;
  let secondRedis: LocalRedis | undefined;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 2, seed: 11, firstNetwork: 150, control: 0 });
    const [host = '', port] = (fleet.simulator.controlAddress ?? '').split(':');
    control = await RawClient.connect({ host, port: Number(port) });
    methods = controlMethods(await loadPackageDefinition());
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    await workbench.openViewContainer('Fleet Cache');
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    control?.close();
    await fleet?.stop();
    await secondRedis?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  function tree() {
    return workbench.treeView('Miners');
  }

  /** How many miners the tree says are online. */
  async function onlineInTree(): Promise<number> {
    const tenants = (await tree().rows()).filter(({ level }) => level === 1);
    return tenants.reduce((sum, { description }) => sum + Number(/^(\d+)\/\d+ online/.exec(description)?.[1] ?? 0), 0);
  }

  async function firstMiner(): Promise<string> {
    const tenant = (await tree().rows()).find(({ level }) => level === 1)?.label ?? '';
    await tree().expand(tenant);
    return soon(async () => {
      const found = (await tree().rows()).find(({ level }) => level === 2);
      expect(found).toBeDefined();
      return found?.label ?? '';
    });
  }

  it('opens from the title of the Miners view, and shows the figures that the tree and the status bar show', async () => {
    await soon(async () => expect(await onlineInTree()).toBe(MINERS));
    await soon(async () => {
      // Whoever looks again soon finds some of it cached.
      await workbench.runCommand('View: Show Explorer');
      await workbench.openViewContainer('Fleet Cache');
      await workbench.page.waitForTimeout(STATUS_BAR_MS);
      expect(await workbench.statusBarItem(STATUS_BAR_ID).textContent()).toMatch(/[1-9]\d* % hits/);
    });
    await tree().pressTitleAction('Open Dashboard');
    page = await DashboardPage.of(workbench, 'panel');
    await soon(async () => expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
    await soon(async () => expect(await page.tile('Redis')).toMatch(/^Redis up/));
    await soon(async () => {
      const inStatusBar = /(\d+) % hits/.exec((await workbench.statusBarItem(STATUS_BAR_ID).textContent()) ?? '')?.[1];
      const inPage = /^Hit ratio (\d+)(?:\.\d+)? %/.exec(await page.tile('Hit ratio'))?.[1];
      expect(inStatusBar).toBeDefined();
      expect(Math.abs(Number(inPage) - Number(inStatusBar))).toBeLessThanOrEqual(1);
    });
    await workbench.screenshot('dashboard');
  });

  it('shows a miner that goes offline, in its figures and in its events, and that it is back', async () => {
    const miner = await firstMiner();
    const selection = { miner_ids: [miner] };
    await page.toggleMinerTable();
    await soon(async () => expect((await page.minerRow(miner))[2]).toMatch(/normal|paused|restricted|suspended/i));
    await soon(async () => expect((await page.minerRow(miner))[4]).toMatch(/^\d+(\.\d+)? °C$/));
    await control.unary(methods.SetFault, { selection, kind: 'FAULT_KIND_OFFLINE' });
    await soon(async () =>
      expect(await page.tile('Miners')).toBe(`Miners ${MINERS - 1} online of ${MINERS} 1 offline`),
    );
    await soon(async () => expect((await page.minerRow(miner))[2]).toMatch(/offline/i));
    await soon(async () => expect(await page.events()).toContain(miner));
    await soon(async () => expect(await onlineInTree()).toBe(MINERS - 1));
    await control.unary(methods.ClearFault, { selection });
    await soon(async () => expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
  });

  it('shows the cell and the event of a miner that goes offline within a second of the loss of its stream', async () => {
    await page.toggleMinerTable();
    const miner = await soon(() => page.gridMiner(OTHER_CELL));
    const selection = { miner_ids: [miner] };
    const seen = await page.watchForOffline(OTHER_CELL, miner, HANG_MS);
    // The miner drops its connections before it answers: from then on the host can know.
    await control.unary(methods.SetFault, { selection, kind: 'FAULT_KIND_OFFLINE' });
    const knowableAt = Date.now();
    const { cellAt, eventAt } = await seen();
    const [cellMs, eventMs] = [cellAt - knowableAt, eventAt - knowableAt];
    console.info(`Seen after the loss of the stream: the cell by ${cellMs} ms, the event by ${eventMs} ms.`);
    await control.unary(methods.ClearFault, { selection });
    await soon(async () => expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
    await page.toggleMinerTable();
  });

  it('selects a miner in the tree when it is chosen on the page', async () => {
    const miner = await firstMiner();
    await tree().pressTitleAction('Collapse All');
    await soon(async () => {
      // VS Code finds no row to select while the tree is drawn anew.
      await page.selectMiner(miner);
      const isSelected = async () =>
        expect(await tree().row(miner).getAttribute('aria-selected', { timeout: 2_000 })).toBe('true');
      await eventually(isSelected, 5_000);
    });
  });

  it('shows that Redis is lost, and that it is back, without a reload', async () => {
    process.kill(fleet.redis.pid, 'SIGKILL');
    await soon(async () => expect(await page.tile('Redis')).toMatch(/^Redis down .*127\.0\.0\.1:\d+/));
    secondRedis = await startLocalRedis({ directory: fleet.folder, port: fleet.redis.port });
    await soon(async () => expect(await page.tile('Redis')).toMatch(/^Redis up/));
    await soon(async () => expect(await page.tile('Miners')).toContain(`Miners ${MINERS} online`));
  });

  it('is as it should be when it is shown after it was hidden', async () => {
    await workbench.runCommand('File: New Untitled Text File');
    await soon(async () =>
      expect((await workbench.page.locator('.tab.active').allInnerTexts()).join()).toContain('Untitled'),
    );
    // Else the page that goes may be taken for the one that comes.
    await soon(async () => expect(page.frame.isDetached()).toBe(true));
    await workbench.runCommand('Fleet Cache: Open Dashboard');
    page = await DashboardPage.of(workbench, 'panel');
    await soon(async () => expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
    expect(await workbench.page.locator('.tab', { hasText: 'Fleet Cache' }).count()).toBe(1);
  });

  it('has a compact form in the side bar that leads to the tab', async () => {
    const section = workbench.treeView('Dashboard');
    await section.expandSection();
    const compact = await DashboardPage.of(workbench, 'compact');
    await soon(async () => expect(await compact.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
    await workbench.screenshot('dashboard-compact');
    await workbench.runCommand('View: Close All Editors');
    // Else what is stored next may be that it is closed, just before the window is reloaded.
    await workbench.untilStored('fleetCache.dashboard', false);
    await compact.frame.getByRole('button', { name: 'Open Dashboard' }).click();
    page = await DashboardPage.of(workbench, 'panel');
  });

  it('is there again after the window was reloaded', async () => {
    await workbench.untilStored('fleetCache.dashboard');
    await workbench.reload();
    page = await DashboardPage.of(workbench, 'panel');
    await soon(async () => expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`));
  });
});
