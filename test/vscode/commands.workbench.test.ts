import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 20;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;

describe('the cache operated by hand', () => {
  let fleet: FleetWorkspace;
  let admin: Redis;
  let server: VsCodeServer;
  let workbench: Workbench;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({
      miners: MINERS,
      tenants: 2,
      seed: 7,
      faults: 'offline=10%',
      firstNetwork: 196,
    });
    admin = new Redis(fleet.redis.port, '127.0.0.1');
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect((await tree().rows())[0]?.description).toMatch(/^\d+\/\d+ online/));
  });

  afterEach(() => workbench.clearNotifications());

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    admin?.disconnect();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  function tree() {
    return workbench.treeView('Miners');
  }

  function editorText(): Promise<string | null> {
    return workbench.page.locator('.editor-instance .view-lines').first().textContent();
  }

  async function keys(pattern: string): Promise<number> {
    return (await admin.keys(pattern)).length;
  }

  function said(text: string | RegExp): Promise<string> {
    return workbench.said(text);
  }

  it('warms by tag, names what failed by its cause, and tries that alone again', async () => {
    await workbench.runCommand('Fleet Cache: Warm Cache…');
    await workbench.quickInput.pick('Whole fleet');
    await workbench.quickInput.toggle();
    const text = await said(
      /Warmed the whole fleet\. \d+ fetched, \d+ were fresh, 16 failed\. Causes: unreachable \(16\)\./,
    );
    await workbench.screenshot('warm-failed');
    await workbench.pressNotificationButton(text, 'Retry Failed');
    await said(/Warmed the whole fleet\. 0 fetched, 0 were fresh, 16 failed\./);
    const inventory = JSON.parse(await readFile(fleet.inventory, 'utf8'));
    const tag: string = inventory.miners[0].tags[0];
    await workbench.clearNotifications();
    await workbench.runCommand('Fleet Cache: Warm Cache…');
    await workbench.quickInput.type(tag);
    await workbench.screenshot('warm-tag');
    await workbench.quickInput.pick(tag);
    await workbench.quickInput.toggle();
    await said(new RegExp(`Warmed the miners tagged ${tag}\\.`));
  });

  it('counts and shows what a pattern matches while it is typed, and voids that alone', async () => {
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Entries by pattern…');
    const { quickInput } = workbench;
    await quickInput.type('v1:gen:*');
    await soon(async () => expect((await quickInput.items()).join()).toContain('may reach keys that are no entries'));
    await quickInput.type('v1:cache:miner:*:nothing');
    await soon(async () => expect((await quickInput.items()).map((item) => item.trim())).toEqual(['No entry matches']));
    const details = await keys('v1:cache:miner:*:details');
    const pools = await keys('v1:cache:miner:*:pools');
    expect(Math.min(details, pools)).toBeGreaterThan(10);
    await quickInput.type('v1:cache:miner:*:details');
    const row = `Invalidate ${details} entries…`;
    await soon(async () => expect((await quickInput.items()).map((item) => item.trim())).toContain(row));
    const sample = workbench.page.locator('.quick-input-list .label-description', {
      hasText: /^v1:cache:miner:.*:details$/,
    });
    expect(await sample.count()).toBeGreaterThan(5);
    await workbench.screenshot('invalidate-pattern');
    await quickInput.pick(row);
    expect(await workbench.dialogText()).toMatch(
      /Invalidate what matches v1:cache:miner:\*:details\?[\s\S]*\d+ entries, such as v1:cache:miner:/,
    );
    await workbench.pressDialogButton('Invalidate');
    const done = await said(/Invalidated what matches v1:cache:miner:\*:details: \d+ entries/);
    expect(await keys('v1:cache:miner:*:details')).toBe(0);
    expect(await keys('v1:cache:miner:*:pools')).toBe(pools);
    await workbench.screenshot('invalidated-pattern');
    await workbench.pressNotificationButton(done, 'Warm What Was Invalidated');
    await said(/Warmed what was invalidated\. \d+ fetched/);
    // What is fetched is there before it is written.
    await soon(async () => expect(await keys('v1:cache:miner:*:details')).toBe(details));
  });

  it('voids datasets of the whole fleet, summaries too', async () => {
    await workbench.runCommand('Fleet Cache: Invalidate Cache…');
    await workbench.quickInput.pick('Datasets…');
    await workbench.screenshot('invalidate-datasets');
    await workbench.quickInput.toggle('miner:details', 'miner:pools');
    expect(await workbench.dialogText()).toContain('Invalidate the entries of miner:details, miner:pools?');
    await workbench.pressDialogButton('Invalidate');
    await said(/Invalidated the entries of miner:details, miner:pools: \d+ entries/);
    expect((await keys('v1:cache:miner:*:details')) + (await keys('v1:cache:miner:*:pools'))).toBe(0);
  });

  it('purges keys of ours after a count, and no others', async () => {
    await admin.set('other', 'kept');
    const { quickInput } = workbench;
    await workbench.runCommand('Fleet Cache: Purge Keys by Pattern…');
    await quickInput.type('*');
    await soon(async () =>
      expect((await quickInput.items()).join()).toContain('may reach keys that are not the cache'),
    );
    await workbench.screenshot('purge-refused');
    await quickInput.type('v1:cache:miner:*:hashboards');
    const count = await keys('v1:cache:miner:*:hashboards');
    expect(count).toBeGreaterThan(10);
    const row = `Purge ${count} keys…`;
    await soon(async () => expect((await quickInput.items()).map((item) => item.trim())).toContain(row));
    await quickInput.pick(row);
    expect(await workbench.dialogText()).toContain(`Purge ${count} keys that match v1:cache:miner:*:hashboards?`);
    await workbench.screenshot('purge');
    await workbench.pressDialogButton('Purge');
    await said(`Purged ${count} keys that matched v1:cache:miner:*:hashboards.`);
    expect(await keys('v1:cache:miner:*:hashboards')).toBe(0);
    expect(await admin.get('other')).toBe('kept');
  });

  it('publishes a test event that is told as a test, and says who could hear it', async () => {
    const inventory = JSON.parse(await readFile(fleet.inventory, 'utf8'));
    const id: string = inventory.miners[0].id;
    await workbench.runCommand('Fleet Cache: Publish Test Event…');
    await workbench.quickInput.pick(id);
    await workbench.screenshot('test-event');
    await workbench.quickInput.pick('Configuration');
    const text = await said(new RegExp(`Published a test event about ${id}: .*nobody subscribes; 1 window or server`));
    await workbench.pressNotificationButton(text, 'Open Dashboard');
    const frame = await workbench.webviewFrame(`text=Test event about the configuration of ${id}`);
    expect(frame).toBeDefined();
    await workbench.screenshot('test-event-dashboard');
    await workbench.runCommand('View: Close All Editors');
  });

  it('tells why an entry went, from the palette as well', async () => {
    const inventory = JSON.parse(await readFile(fleet.inventory, 'utf8'));
    const id: string = inventory.miners[0].id;
    await workbench.runCommand('Fleet Cache: Show Why This Entry Went');
    await workbench.quickInput.pick(id);
    await workbench.quickInput.pick('hashboards');
    await soon(async () => {
      const text = ((await editorText()) ?? '').replaceAll('\u00a0', ' ');
      expect(text).toContain('The most likely cause');
      expect(text).toMatch(/It was voided .* ago.*v1:cache:miner:\*:hashboards was removed: they were purged/);
    });
    await workbench.screenshot('why');
    await workbench.runCommand('View: Close All Editors');
  });

  it('exports the metrics as a document and as a file, and begins them anew', async () => {
    await workbench.runCommand('Fleet Cache: Export Metrics…');
    await workbench.screenshot('export-metrics');
    await workbench.quickInput.pick('Open as Prometheus text');
    await soon(async () => expect(await editorText()).toContain('fleet_cache_info'));
    await workbench.screenshot('exported-metrics');
    await workbench.runCommand('View: Revert and Close Editor');
    await workbench.runCommand('Fleet Cache: Export Metrics…');
    await workbench.quickInput.pick('Save as CSV…');
    const file = join(fleet.folder, 'fleet-cache-metrics.csv');
    const box = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await soon(async () => expect(await box.inputValue()).toBe(file));
    await workbench.quickInput.confirm();
    await said(`The metrics were written to ${file}`);
    const csv = await readFile(file, 'utf8');
    expect(csv).toMatch(/^dataset,window,lookups,/);
    expect(Number(/^all,start,(\d+),/m.exec(csv)?.[1])).toBeGreaterThan(0);

    await workbench.runCommand('Fleet Cache: Reset Metrics…');
    expect(await workbench.dialogText()).toContain('Reset the metrics of this window?');
    await workbench.pressDialogButton('Reset');
    await said('The metrics of this window begin anew.');
    await workbench.runCommand('Fleet Cache: Export Metrics…');
    await workbench.quickInput.pick('Open as CSV');
    await soon(async () => expect(await editorText()).toMatch(/miner:config,start,0,/));
    await workbench.runCommand('View: Revert and Close Editor');
  });
});
