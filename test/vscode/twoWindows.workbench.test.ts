import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import type { TreeRow } from './harness/treeView';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 6;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;
const SOON_MS = 2_000;

describe('two windows on one Redis', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let first: Workbench;
  let second: Workbench;
  let miner: string;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 7, firstNetwork: 197 });
    const { folder, environment: env } = fleet;
    server = await VsCodeServer.start({ folder, extensions: [VSIX], env });
    first = await open();
    second = await open();
    miner = (await soon(() => minersOf(second)))[0]?.label ?? '';
    await first.treeView('Miners').expand(miner);
    await second.treeView('Miners').expand(miner);
  });

  afterAll(async () => {
    await second?.close();
    await first?.close();
    await server?.stop();
    await fleet?.stop();
  });

  async function open(): Promise<Workbench> {
    const workbench = await Workbench.open(server, { width: 1200, height: 800 });
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect(await minersOf(workbench)).toHaveLength(MINERS));
    return workbench;
  }

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  async function minersOf(workbench: Workbench): Promise<readonly TreeRow[]> {
    return (await workbench.treeView('Miners').rows()).filter(({ level }) => level === 2);
  }

  async function details(workbench: Workbench): Promise<string> {
    const row = (await workbench.treeView('Miners').rows()).find(({ label }) => label === 'details');
    expect(row, 'the row of the details').toBeDefined();
    return row?.description ?? '';
  }

  it('know of each other', async () => {
    await second.treeView('Instances').expandSection();
    await soon(async () => {
      const rows = await second.treeView('Instances').rows();
      expect(rows.filter(({ label }) => /^(?:This w|W)indow on /.test(label))).toHaveLength(2);
      expect(rows.filter(({ label }) => label.startsWith('This window'))).toHaveLength(1);
    });
  });

  it('see each other’s warming and invalidation', async () => {
    // On the entry's own row, without a question.
    const isWarmed = new RegExp(`Warmed details of miner ${miner}\\.`);
    await first
      .treeView('Miners')
      .choose('details', 'Warm Cache…', async () => expect((await first.notifications()).join()).toMatch(isWarmed));
    for (const window of [first, second]) {
      await soon(async () => expect(await details(window)).toMatch(/^\d+m?.* left/));
    }
    await second.screenshot('two-windows-before');

    await first
      .treeView('Miners')
      .choose(miner, 'Invalidate Cache…', async () =>
        expect(await first.shownDialogText()).toContain(`Invalidate the cache of miner ${miner}?`),
      );
    await first.pressDialogButton('Invalidate');
    await first.said(new RegExp(`Invalidated miner ${miner}: \\d+ entr`));
    for (const window of [first, second]) {
      await soon(async () => expect(await details(window)).toBe('not cached'));
    }
    await second.screenshot('two-windows-after');
  });

  it('tell in the one what the other did, as the cause why the entry went', async () => {
    const editor = second.page.locator('.editor-instance .view-lines').first();
    await second.treeView('Miners').choose('details', 'Show Why This Entry Went', async () => {
      const text = ((await editor.textContent({ timeout: SOON_MS })) ?? '').replaceAll('\u00a0', ' ');
      expect(text).toContain('It is not in Redis.');
      expect(text).toContain('The most likely cause');
      expect(text).toMatch(new RegExp(`It was voided .* ago, at .*${miner} was voided: command`));
    });
    await second.screenshot('entry-history');
  });
});
