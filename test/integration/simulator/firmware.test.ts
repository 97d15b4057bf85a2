import { status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MINER_KINDS } from '../../../src/fleet/minerData';
import type { SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import type { SimulatedMiner } from '../../../src/simulator/simulatedMiner';
import { failure, newFleet, newSource } from '../braiins/sources';
import { failureOf, RawClient } from './rawClient';

/** Large enough for every release of the firmware. */
const MINERS = 80;

/** A miner of each minor version of the API. */
async function minersByVersion(fleet: SimulatedFleet): Promise<Map<number, SimulatedMiner>> {
  const source = newSource();
  const minors = await Promise.all(fleet.miners.map(async ({ miner }) => (await source.apiVersion(miner)).minor));
  return new Map(fleet.miners.map((miner, index) => [minors[index] ?? -1, miner]));
}

async function minerWith(fleet: SimulatedFleet, minor: number): Promise<SimulatedMiner> {
  return (await minersByVersion(fleet)).get(minor) as SimulatedMiner;
}

describe('older firmware', () => {
  it('does not know newer calls, and is asked for them once per version', async () => {
    const fleet = await newFleet({ miners: MINERS });
    const oldest = await minerWith(fleet, 0);
    const source = newSource();

    for (let read = 0; read < 2; read++) {
      const error = await failure(source.log(oldest.miner, 'errors'));
      expect(error.failure).toBe('unsupported');
      expect(error.message).toContain('does not know the call GetLog: its firmware speaks version 1.0.0 of the API');
    }
    expect(oldest.callCount('GetLog')).toBe(1);
  });

  it('refuses them before it asks for a login, as a server does that has no such method', async () => {
    const oldest = await minerWith(await newFleet({ miners: MINERS }), 0);
    const client = await RawClient.connect(oldest.miner);
    onTestFinished(() => client.close());

    const { code } = await failureOf(client.collect(client.services.miner.GetLog, {}));

    expect(code).toBe(status.UNIMPLEMENTED);
  });

  it('sends no newer fields, and what it does send is whole', async () => {
    const fleet = await newFleet({ miners: MINERS });
    const versions = await minersByVersion(fleet);
    const [oldest, current] = [versions.get(0), versions.get(11)] as [SimulatedMiner, SimulatedMiner];
    const source = newSource();

    const old = await source.read(oldest.miner, 'details');
    expect(old).toMatchObject({ hostname: oldest.id, state: expect.any(String) });
    expect(old).not.toHaveProperty('serialNumber');
    expect(await source.read(current.miner, 'details')).toHaveProperty('serialNumber');
  });

  it('of every release answers all reads that were there from the start', async () => {
    const fleet = await newFleet({ miners: MINERS });
    const source = newSource();
    const versions = await minersByVersion(fleet);
    expect([...versions.keys()].sort((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const { miner } of versions.values()) {
      for (const kind of MINER_KINDS) {
        await source.read(miner, kind);
      }
    }
  });
});
