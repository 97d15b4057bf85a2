import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { silentLogger } from '../../src/base/logger';
import { BraiinsSource } from '../../src/braiins/braiinsSource';
import { parseInventory } from '../../src/fleet/inventoryParser';
import type { Miner } from '../../src/fleet/miner';
import { eventually } from '../fixtures/eventually';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

/** So few that all have current firmware. */
const MINERS = 4;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;
const COMMAND = 'Fleet Cache: Control Miners…';

describe('controlling miners', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let workbench: Workbench;
  /** Asks the miners themselves, past all that is cached. */
  let source: BraiinsSource;
  let miners: readonly Miner[];

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 7, firstNetwork: 190 });
    miners = parseInventory(await readFile(fleet.inventory, 'utf8')).miners;
    source = new BraiinsSource({ credentials: { find: async () => fleet.login }, logger: silentLogger });
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect((await workbench.treeView('Miners').rows())[0]?.description).toMatch(/^4\/4 online/));
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    source?.dispose();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  async function begin(scope: string, action: string): Promise<void> {
    await workbench.runCommand(COMMAND);
    await workbench.quickInput.pick(scope);
    await workbench.quickInput.pick(action);
  }

  async function expectMessage(text: string): Promise<void> {
    await soon(async () => expect(await workbench.quickInput.message()).toContain(text));
  }

  /** What the dialog says before anything is sent. */
  async function confirm(): Promise<string> {
    const text = await soon(() => workbench.dialogText());
    await workbench.pressDialogButton('Send');
    return text;
  }

  /** URL and user of each pool of each miner. */
  async function poolsOfAll(): Promise<readonly (readonly string[])[]> {
    const groups = await Promise.all(miners.map((miner) => source.read(miner, 'pools')));
    return groups.map((each) => each.flatMap(({ pools }) => pools.map(({ url, user }) => `${url} ${user}`)));
  }

  function airCooled(): Promise<Miner> {
    return soon(async () => {
      const modes = await Promise.all(miners.map((miner) => source.read(miner, 'config')));
      const found = miners[modes.findIndex(({ cooling }) => cooling?.mode === 'auto')];
      expect(found).toBeDefined();
      return found as Miner;
    });
  }

  it('sets how a miner is cooled, within what it says that it takes', async () => {
    const { quickInput } = workbench;
    const miner = await airCooled();
    await begin(miner.id, 'Set cooling…');
    await quickInput.pick('Manual');
    await expectMessage(`${miner.id} takes 0 to 100 % of full speed`);
    await quickInput.answer('150');
    await expectMessage('The fan speed is 150 % of full speed; this miner takes 0 to 100 % of full speed.');
    await workbench.screenshot('cooling');
    await quickInput.answer('60');
    await expectMessage(`Target temperature in °C; ${miner.id} takes 40 to 90 °C.`);
    await quickInput.answer('200');
    await expectMessage('The target temperature is 200 °C; this miner takes 40 to 90 °C.');
    await quickInput.answer('65');
    const consent = await confirm();
    expect(consent).toContain(`Tell miner ${miner.id} to set cooling to manual?`);
    expect(consent).toContain('Their fans do not follow the temperature any more.');
    await soon(async () =>
      expect((await source.read(miner, 'config')).cooling).toMatchObject({
        mode: 'manual',
        fanSpeedRatio: 0.6,
        targetTempC: 65,
      }),
    );
  });

  it('switches a hashboard off and on, and offers only those that can be', async () => {
    const { quickInput } = workbench;
    const [miner] = miners as [Miner];
    const boards = async () =>
      (await source.read(miner, 'hashboards')).map(({ id, enabled }): [string, boolean | undefined] => [
        `Hashboard ${id}`,
        enabled,
      ]);
    const before = await boards();
    const labels = before.map(([label]) => label);
    expect(before.map(([, enabled]) => enabled)).not.toContain(false);
    await begin(miner.id, 'Switch hashboards off…');
    await soon(async () => expect(await quickInput.items()).toEqual(labels));
    await quickInput.toggle(labels[1] as string);
    expect(await confirm()).toContain('These hashboards earn nothing until they are switched on again.');
    await soon(async () => expect(new Map(await boards()).get(labels[1] as string)).toBe(false));
    await begin(miner.id, 'Switch hashboards on…');
    await soon(async () => expect(await quickInput.items()).toEqual([labels[1]]));
    await quickInput.toggle(labels[1] as string);
    await confirm();
    await soon(async () => expect(await boards()).toEqual(before));
  });

  it('gives the whole fleet other pools, and shows no password', async () => {
    const { quickInput } = workbench;
    const former = await poolsOfAll();
    await begin('Whole fleet', 'Set pools…');
    await quickInput.answer('http://pool.example');
    await expectMessage('has no URL such as stratum+tcp://pool.example:3333');
    await quickInput.answer('stratum+tcp://new.example:3333');
    await expectMessage('User at the pool');
    await quickInput.answer('account.worker');
    await expectMessage('Password at the pool');
    await quickInput.answer('swordfish');
    await quickInput.pick('Add a pool to fall back on…');
    await quickInput.answer('stratum+ssl://spare.example:443');
    await expectMessage('User at the pool');
    await quickInput.answer('account.spare');
    await expectMessage('Password at the pool');
    await quickInput.answer('');
    await quickInput.pick('These are all');
    const consent = await soon(() => workbench.dialogText());
    expect(consent).toContain('Tell the whole fleet to set 1 pool group?');
    expect(consent).toContain('new.example:3333 as account.worker, then spare.example:443 as account.spare.');
    expect(consent).not.toContain('swordfish');
    expect(await poolsOfAll()).toEqual(former);
    await workbench.screenshot('pools');
    await workbench.pressDialogButton('Send');
    const pools = ['stratum+tcp://new.example:3333 account.worker', 'stratum+ssl://spare.example:443 account.spare'];
    await soon(async () => expect(await poolsOfAll()).toEqual(miners.map(() => pools)));
    await workbench.said('4 miners of the whole fleet obeyed: set 1 pool group.');
  });
});
