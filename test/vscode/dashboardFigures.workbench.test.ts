import Redis from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { silentLogger } from '../../src/base/logger';
import { loadPackageDefinition } from '../../src/braiins/proto/packageDefinition';
import { decodeFigures, type InstanceFigures } from '../../src/cache/instanceFigures';
import { createRuntime } from '../../src/runtime';
import type { FleetServices } from '../../src/service/fleetServices';
import { type ControlMethods, controlMethods } from '../../src/simulator/control/protocol';
import { eventually } from '../fixtures/eventually';
import { RawClient } from '../integration/simulator/rawClient';
import { DashboardPage } from './harness/dashboardPage';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const STATUS_BAR_ID = 'fleet-cache.fleet-cache.fleetCache.hitRatio';
const MINERS = 24;
/** Of one look at the fleet: the status and the stats of each miner. */
const LOOKUPS = 2 * MINERS;
/** As long as their band allows: no entry of one look may expire before the next, also on a busy machine. */
const TTL_S = 30;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 45_000;
const SETTLED_MS = 300;
/** Longer than a busy machine takes for an answer: a command that timed out would be one that Redis counts and nobody else. */
const COMMAND_TIMEOUT_MS = 10_000;

/** What was asked from outside, since the start of Redis and of the miners. */
interface OutsideCount {
  /** Calls of Redis by command, those that scripts make included. */
  readonly redis: (command: string) => number;
  /** Calls that arrived at miners for status or stats. */
  readonly minerReads: number;
}

/**
 * The figures that a person sees, against what Redis and the miners counted themselves.
 *
 * Nothing but the window's own looks asks for entries: no miner is watched, and the tree's rows are folded. As the entries live
 * longer than a look and all that is waited for, the refreshes that a view does by itself find everything in the first tier and
 * ask nobody. So each look is 48 lookups, and what it costs outside is exact:
 *
 * 1. With an empty cache, each is a miss: 48 calls arrive at miners. For each of them Redis is told `SET` twice, once for the
 *    lock of the flight and once for the entry, and once more for each generation that there was none of.
 * 2. Another instance has fetched all of it anew, past the cache. Redis pushed the keys to the window, whose first tier holds none
 *    of them any more. So all come from the second tier: one `MGET`, as all keys fit into one, and nothing is written.
 * 3. The first tier has all of it: neither `MGET` nor `GET` nor `SET` nor a call to a miner.
 */
describe('the figures of the dashboard in the window', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let workbench: Workbench;
  let redis: Redis;
  let control: RawClient;
  let methods: ControlMethods;
  let other: FleetServices;
  let page: DashboardPage;

  beforeAll(async () => {
    const ttl = { 'miner:status': TTL_S, 'miner:stats': TTL_S };
    const settings = {
      'fleetCache.watch': false,
      'fleetCache.ttl': ttl,
      'fleetCache.redis.commandTimeout': COMMAND_TIMEOUT_MS,
    };
    fleet = await FleetWorkspace.start({
      miners: MINERS,
      tenants: 2,
      seed: 12,
      firstNetwork: 160,
      control: 0,
      settings,
    });
    const [host = '', port] = (fleet.simulator.controlAddress ?? '').split(':');
    control = await RawClient.connect({ host, port: Number(port) });
    methods = controlMethods(await loadPackageDefinition());
    redis = new Redis(fleet.redis.url);
    other = await createRuntime({
      kind: 'server',
      watch: false,
      inventoryPath: fleet.inventory,
      redis: { url: fleet.redis.url, commandTimeoutMs: COMMAND_TIMEOUT_MS },
      ttls: ttl,
      credentials: { find: async () => fleet.login },
      logger: silentLogger,
    });
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 900 });
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    await other?.close();
    redis?.disconnect();
    control?.close();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  async function count(): Promise<OutsideCount> {
    const stats = await redis.info('commandstats');
    const { response } = await control.unary(methods.GetCallCounts, {});
    const reads = (response.methods ?? []).filter(({ method }) => /^GetMiner(Status|Stats)$/.test(method ?? ''));
    return {
      redis: (command) => Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0),
      minerReads: reads.reduce((sum, { calls }) => sum + Number(calls), 0),
    };
  }

  /** Who has its data does not wait until all of it is written: the count that nothing was added to for a while. */
  async function settledCount(): Promise<OutsideCount> {
    let latest = await count();
    return soon(async () => {
      const former = latest;
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      latest = await count();
      for (const command of ['mget', 'get', 'set']) {
        expect(latest.redis(command)).toBe(former.redis(command));
      }
      return latest;
    });
  }

  async function statusBar(): Promise<string> {
    const item = (await workbench.statusBarItems()).find(({ id }) => id === STATUS_BAR_ID);
    return item?.accessibleName ?? '';
  }

  /** Opens the Miners view, waits until the window has counted the look, and closes it. @returns what it cost outside. */
  async function look(
    lookups: number,
    hitPercent: string,
  ): Promise<Record<'mget' | 'get' | 'set' | 'minerReads', number>> {
    const before = await settledCount();
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => {
      expect(await statusBar()).toContain(`${hitPercent} % hits`);
      expect(await statusBar()).toContain(`${lookups} lookups`);
    });
    const after = await settledCount();
    await workbench.runCommand('View: Show Explorer');
    const calls = (command: string) => after.redis(command) - before.redis(command);
    return {
      mget: calls('mget'),
      get: calls('get'),
      set: calls('set'),
      minerReads: after.minerReads - before.minerReads,
    };
  }

  /** What the window tells the other instances. */
  async function published(): Promise<InstanceFigures | undefined> {
    for (const id of await redis.zrange('v1:instances', '0', '-1')) {
      const { kind, figures = '' } = await redis.hgetall(`v1:instance:${id}`);
      if (kind === 'window') {
        return decodeFigures(figures);
      }
    }
    return undefined;
  }

  it('G7: misses are what arrived at the miners, and what was written to Redis', async () => {
    // It is up, and nobody has looked.
    await soon(async () => expect(await statusBar()).toContain('nobody has read through the cache'));
    const cost = await look(LOOKUPS, '0');
    expect(cost.minerReads).toBe(LOOKUPS);
    const generations = (await redis.keys('v1:gen:*')).length;
    expect(cost.set).toBe(2 * LOOKUPS + generations);
  });

  it('G7: hits of the second tier are one MGET for all of them, and hits of the first tier ask nobody', async () => {
    await other.monitor.refresh(other.inventory.current.miners, { refresh: true });
    expect(await look(2 * LOOKUPS, '50')).toEqual({ mget: 1, get: 0, set: 0, minerReads: 0 });
    expect(await look(3 * LOOKUPS, '67')).toEqual({ mget: 0, get: 0, set: 0, minerReads: 0 });
  });

  it('G7: shows in the dashboard the ratio that comes of these counts, as the other ways out tell it', async () => {
    await workbench.openViewContainer('Fleet Cache');
    // A fourth look, of which nothing is known outside but that all of it was in the first tier.
    const [lookups, misses] = [4 * LOOKUPS, LOOKUPS];
    await soon(async () => expect(await statusBar()).toContain(`${lookups} lookups`));
    await workbench.runCommand('Fleet Cache: Open Dashboard');
    page = await DashboardPage.of(workbench, 'panel');
    const ratio = `${(100 * (1 - misses / lookups)).toFixed(1)} %`;
    const windows = `${ratio} ${ratio} ${ratio}`;
    await soon(async () =>
      expect(await page.tile('Hit ratio')).toBe(
        `Hit ratio ${ratio} under the target of 80 % 1 min 5 min start this window ${windows} all ${windows}`,
      ),
    );
    expect(await page.tile('Source offload')).toContain(`this window ${windows} all ${windows}`);
    expect(await page.tile('Miners')).toBe(`Miners ${MINERS} online of ${MINERS} 0 offline`);
    expect(await page.tile('Instances')).toMatch(/^Instances 2 /);
    expect(await statusBar()).toContain('75 % hits');
    expect(await statusBar()).toContain(
      `${lookups - misses} hits, ${misses} misses (${misses} fetched from miners, 0 waited`,
    );
    await soon(async () =>
      expect((await published())?.start).toEqual({ lookups, hits: lookups - misses, sourceReads: misses }),
    );
  });

  it('G7: shows of each dataset its part, and of the hits in which tier they were', async () => {
    for (const dataset of ['miner:status', 'miner:stats']) {
      await soon(async () => {
        const [, , ttl, entries, , lookups, ratio, offload] = await page.policyRow(dataset);
        expect([ttl, entries, lookups, ratio, offload]).toEqual([
          `${TTL_S} s`,
          String(MINERS),
          String(4 * MINERS),
          '75.0 % under target',
          '75.0 %',
        ]);
      });
    }
    await page.toggleChartTable('lookups');
    await soon(async () => {
      const sums = await page.chartSums('lookups', ['L1 hit', 'L2 hit', 'Stale', 'Miss', 'Bypass']);
      // Rates have one decimal, of spans of about five seconds.
      const near = (lookups: number) => expect.closeTo(lookups, -1);
      expect(sums).toEqual([near(2 * LOOKUPS), near(LOOKUPS), 0, near(LOOKUPS), 0]);
    });
  });
});
