import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeInventory } from '../src/simulator/inventoryFile';
import type { SimulatedState } from '../src/simulator/machine/ownWays';
import { SimulatedFleet } from '../src/simulator/simulatedFleet';

const ANSWER_TIMEOUT_MS = 60_000;

export const FLEET_LOGIN = { username: 'bench', password: 'bench' };

interface FleetRequest {
  /** What all miners are to be. */
  readonly state?: SimulatedState;
}

/** What the process says of its fleet. */
interface FleetReport {
  /** Status streams that were opened. */
  readonly streams: number;
}

/** A simulated fleet in a process of its own, so that it does not take the time of what is measured. */
export class FleetProcess {
  private constructor(
    readonly inventoryPath: string,
    private readonly process: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(miners: number): Promise<FleetProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
    const inventoryPath = join(directory, 'fleet.json');
    const child = fork(process.argv[1] as string, ['simulatedFleet', JSON.stringify({ inventoryPath, miners })]);
    const fleet = new FleetProcess(inventoryPath, child, directory);
    try {
      await once(child, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  async openedStreams(): Promise<number> {
    return (await this.ask({})).streams;
  }

  /** Puts all miners into that state. */
  async setState(state: SimulatedState): Promise<void> {
    await this.ask({ state });
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }

  private async ask(request: FleetRequest): Promise<FleetReport> {
    const answer = once(this.process, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    this.process.send(request);
    const [report] = (await answer) as [FleetReport];
    return report;
  }
}

/** What runs in the process of the fleet. @param argument what {@link FleetProcess} gives it, as JSON. */
export async function simulatedFleet(argument: string): Promise<void> {
  const { inventoryPath, miners } = JSON.parse(argument) as { readonly inventoryPath: string; readonly miners: number };
  const fleet = await SimulatedFleet.start({ miners, host: '127.77.0.0', login: FLEET_LOGIN });
  const setAll = (state: SimulatedState) => {
    for (const miner of fleet.miners) {
      miner.setState(state);
    }
  };
  setAll('normal');
  await writeInventory(fleet, inventoryPath);
  process.on('message', ({ state }: FleetRequest) => {
    if (state !== undefined) {
      setAll(state);
    }
    process.send?.({ streams: fleet.callCount('GetMinerStatus') } satisfies FleetReport);
  });
  process.send?.('ready');
}
