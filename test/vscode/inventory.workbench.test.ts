import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 6;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;

interface Inventory {
  readonly defaults: object;
  readonly miners: readonly { readonly id: string; readonly host: string; readonly tenant?: string }[];
}

describe('filling fleet.json', () => {
  let fleet: FleetWorkspace;
  let listed: Inventory;
  let server: VsCodeServer;
  let workbench: Workbench;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, firstNetwork: 180 });
    listed = JSON.parse(await readFile(fleet.inventory, 'utf8'));
    await writeFile(fleet.inventory, JSON.stringify({ ...listed, miners: [] }, undefined, 2));
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () =>
      expect(await workbench.treeView('Miners').message()).toContain('The list of miners is empty'),
    );
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  async function inventory(): Promise<Inventory> {
    return JSON.parse(await readFile(fleet.inventory, 'utf8'));
  }

  it('finds the miners of a range, and adds those that are picked', async () => {
    const { quickInput } = workbench;
    const hosts = listed.miners.map(({ host }) => host);
    await workbench.runCommand('Fleet Cache: Discover Miners…');
    await quickInput.answer('0.0.0.0/0');
    await soon(async () => expect(await quickInput.message()).toContain('at most 65,536 are searched at a time'));
    await quickInput.answer(`${hosts[0]}-${hosts.at(-1)}`);
    await soon(async () => expect(await quickInput.items()).toEqual(hosts));
    await workbench.screenshot('discover');
    // All are picked to begin with.
    await quickInput.toggle(hosts[5] as string);
    await soon(async () => expect((await inventory()).miners.map(({ host }) => host)).toEqual(hosts.slice(0, 5)));
    await soon(async () => expect((await workbench.treeView('Miners').rows())[0]?.description).toMatch(/^5\/5 online/));
  });

  it('imports a CSV file after it said what would be done', async () => {
    const csv = join(fleet.folder, 'miners.csv');
    const last = listed.miners[5];
    const again = (await inventory()).miners[0];
    await writeFile(
      csv,
      `id,host,port,tenant\r\nnew-1,${last?.host},,"Farm, north"\r\n${again?.id},10.0.0.1,,\r\nnew-2,10.0.0.2,none,\r\n`,
    );
    await workbench.runCommand('Fleet Cache: Import Miners from CSV…');
    // The dialog for files lists what is there while the path is typed.
    await workbench.quickInput.type(csv);
    await workbench.quickInput.pick('miners.csv');
    const text = await soon(() => workbench.dialogText());
    expect(text).toContain('Add 1 miner from miners.csv to fleet.json?');
    expect(text).toContain('New: new-1.');
    expect(text).toContain(`1 miner is listed already and stays as listed: ${again?.id}.`);
    expect(text).toContain('miners.csv, line 4, column 16: The port "none" is not a TCP port');
    expect((await inventory()).miners).toHaveLength(5);
    await workbench.screenshot('import');
    await workbench.pressDialogButton('Add');
    await soon(async () =>
      expect((await inventory()).miners.at(-1)).toEqual({
        id: 'new-1',
        host: last?.host,
        tenant: 'Farm, north',
      }),
    );
    expect((await inventory()).defaults).toEqual(listed.defaults);
    await soon(async () =>
      expect((await workbench.treeView('Miners').rows()).map(({ label }) => label)).toContain('Farm, north'),
    );
  });
});
