import type { MethodDefinition } from '@grpc/grpc-js';
import type { BraiinsSource } from '../../../../src/braiins/braiinsSource';
import type { BraiinsServices } from '../../../../src/braiins/proto/load';
import type { Miner } from '../../../../src/fleet/miner';
import { buildProfiles } from '../../../../src/simulator/profile';
import type { SimulatedMiner } from '../../../../src/simulator/simulatedMiner';
import { ManualClock } from '../../../fixtures/manualClock';
import { LOGIN } from '../../braiins/endpoints';
import { newFleet, newSource } from '../../braiins/sources';
import { RawClient } from '../rawClient';

/** One simulated miner whose time the test moves, and a client of the product for it. */
export interface ObedientMiner {
  readonly clock: ManualClock;
  readonly source: BraiinsSource;
  readonly miner: Miner;
  readonly simulated: SimulatedMiner;
  /** A call that the product's client does not make, or not like that. */
  raw<Request, Response>(
    method: (services: BraiinsServices) => MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response>;
}

/** Runs until the test ends. */
export async function startMiner(cooledBy: 'air' | 'water' = 'air'): Promise<ObedientMiner> {
  const clock = new ManualClock();
  const fleet = await newFleet({ clock, seed: seedOf(cooledBy) });
  const simulated = fleet.miners[0] as SimulatedMiner;
  const source = newSource();
  return {
    clock,
    source,
    miner: simulated.miner,
    simulated,
    async raw(method, request) {
      const client = await RawClient.connect(simulated.miner);
      try {
        const { response: login } = await client.unary(client.services.authentication.Login, LOGIN);
        return (await client.unary(method(client.services), request, login.token)).response;
      } finally {
        client.close();
      }
    },
  };
}

/** The first seed whose only miner is cooled so. */
function seedOf(cooledBy: 'air' | 'water'): number {
  for (let seed = 1; ; seed++) {
    if (buildProfiles(1, seed)[0]?.model.hydro === (cooledBy === 'water')) {
      return seed;
    }
  }
}
