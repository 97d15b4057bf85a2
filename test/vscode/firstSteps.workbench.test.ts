import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { VsCodeServer, type VsCodeServerOptions } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

/** VS Code, Redis and a fleet that start on a busy machine; no statement about speed. */
const PATIENCE_MS = 60_000;

describe('first steps', () => {
  const cleanups: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  });

  async function emptyFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-cache-folder-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async function open(options: VsCodeServerOptions): Promise<Workbench> {
    const server = await VsCodeServer.start({ ...options, extensions: [VSIX] });
    cleanups.push(() => server.stop());
    const workbench = await Workbench.open(server, { width: 1400, height: 900 });
    cleanups.push(() => workbench.close());
    await workbench.openViewContainer('Fleet Cache');
    return workbench;
  }

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  it('offers to create fleet.json, or a demo fleet, where there is none', async () => {
    const folder = await emptyFolder();
    const workbench = await open({ folder });
    const tree = workbench.treeView('Miners');
    await soon(async () => expect(await tree.message()).toContain('This folder has no fleet.json'));
    await workbench.screenshot('welcome');

    await workbench.page.locator('.welcome-view-content .monaco-button', { hasText: 'Start Demo Fleet' }).click();
    await soon(async () => expect(await tree.rows()).toHaveLength(4));
    await soon(async () => expect(await tree.message()).toContain('Demo fleet'));
    await workbench.screenshot('demo-fleet');
    await workbench.runCommand('Fleet Cache: Stop Demo Fleet');
    await soon(async () => expect(await tree.message()).toContain('This folder has no fleet.json'));

    await workbench.runCommand('Fleet Cache: Create fleet.json');
    await soon(async () => expect(await readFile(join(folder, 'fleet.json'), 'utf8')).toContain('"miners"'));
    await soon(async () => expect((await tree.rows()).map(({ label }) => label)).toContain('my-farm'));
  });

  it('opens no connection from a folder that is not trusted', async () => {
    const fleet = await FleetWorkspace.start({ miners: 5, tenants: 1, firstNetwork: 160 });
    cleanups.push(() => fleet.stop());
    const admin = new Redis(fleet.redis.port, '127.0.0.1');
    cleanups.push(async () => admin.disconnect());
    const opened = async () => /total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1];
    const before = await opened();
    // The person's own connection waits as well.
    const plant = { name: 'plant', url: fleet.redis.url, environment: 'production' };
    const settings = { 'fleetCache.redis.url': fleet.redis.url, 'fleetCache.connections': [plant] };
    const { folder, environment: env } = fleet;
    const workbench = await open({ folder, env, settings, workspaceTrust: true });
    const tree = workbench.treeView('Miners');
    await soon(async () => expect(await tree.message()).toContain('This workspace is not trusted'));
    expect(await tree.rows()).toEqual([]);
    const connections = workbench.treeView('Connections');
    await connections.expandSection();
    await soon(async () => expect((await connections.rows()).map(({ label }) => label)).toContain('plant'));
    expect(await opened()).toBe(before);
    await workbench.screenshot('untrusted');
  });

  it('says that a login was refused, without trying again in a loop', async () => {
    const fleet = await FleetWorkspace.start({ miners: 3, tenants: 1, firstNetwork: 200 });
    cleanups.push(() => fleet.stop());
    const env = { ...fleet.environment, FLEET_CACHE_MINER_PASSWORD: 'wrong' };
    const workbench = await open({ folder: fleet.folder, env });
    const tree = workbench.treeView('Miners');
    await soon(async () => {
      const miners = (await tree.rows()).filter(({ level }) => level === 2);
      expect(miners.map(({ description }) => description)).toEqual(Array(3).fill('login refused'));
    });
    await workbench.screenshot('login-refused');
  });

  it('says what is wrong when fleet.json is no inventory at all', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'fleet.json'), 'miners: none');
    const workbench = await open({ folder });
    await soon(async () =>
      expect(await workbench.treeView('Miners').message()).toMatch(/fleet\.json, line 1: This is not JSON/),
    );
  });
});
