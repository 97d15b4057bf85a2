import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const MINERS = 8;

describe('the firmware versions of a fleet', () => {
  let test: TestFleet;
  let services: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS });
    services = await test.open();
  });

  afterEach(() => test.stop());

  function miner(): Miner {
    const [found] = services.inventory.current.miners;
    if (found === undefined) {
      throw new Error('the fleet has no miner');
    }
    return found;
  }

  async function eventuallyCached(): Promise<void> {
    await services.reads.firmwareVersions();
    await eventually(async () => expect((await services.reads.firmwareVersions()).origin).toMatch(/^l[12]$/));
  }

  it('are made of the details of all miners, and cached', async () => {
    await test.fleet.miner(miner().id).goOffline();
    const { data } = await services.reads.firmwareVersions();
    expect(data.miners).toBe(MINERS);
    expect(data.unknown).toBe(1);
    expect(data.versions.reduce((sum, { miners }) => sum + miners, 0)).toBe(MINERS - 1);
    await eventuallyCached();
    const other = await test.open();
    expect((await other.reads.firmwareVersions()).origin).toMatch(/^l[12]$/);
  });

  it.each([
    ['system', 'source'],
    ['config', 'l'],
    ['status', 'l'],
  ] as const)('after a %s event come from: %s', async (event, origin) => {
    await eventuallyCached();
    await services.invalidator.noteEvent(miner(), event);
    expect((await services.reads.firmwareVersions()).origin).toMatch(new RegExp(`^${origin}`));
  });

  it.each(['miner', 'tenant', 'fleet'] as const)('go with an invalidated %s', async (type) => {
    await eventuallyCached();
    const scopes = {
      miner: { type: 'miner', miner: miner() },
      tenant: { type: 'tenant', tenant: miner().tenant },
      fleet: { type: 'fleet' },
    } as const;
    await services.invalidator.invalidate(scopes[type], 'test');
    expect((await services.reads.firmwareVersions()).origin).toBe('source');
  });

  it('go when a miner leaves the inventory', async () => {
    await eventuallyCached();
    const inventory = JSON.parse(await readFile(test.inventoryPath, 'utf8'));
    await writeFile(test.inventoryPath, JSON.stringify({ ...inventory, miners: inventory.miners.slice(1) }));
    await services.inventory.reload();
    await eventually(async () => expect((await services.reads.firmwareVersions()).data.miners).toBe(MINERS - 1));
  });

  it('are one lookup, whatever they are made of', async () => {
    await services.reads.firmwareVersions();
    expect(services.cache.metrics.counts('start').lookups).toBe(1);
  });
});
