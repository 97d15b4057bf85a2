import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeInventory } from '../src/simulator/inventoryFile';
import { SimulatedFleet } from '../src/simulator/simulatedFleet';

const ANSWER_TIMEOUT_MS = 60_000;

export const FLEET_LOGIN = { username: 'bench', password: 'bench' };

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
    const answer = once(this.process, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    this.process.send('report');
    const [{ streams }] = (await answer) as [FleetReport];
    return streams;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** What runs in the process of the fleet. @param argument what {@link FleetProcess} gives it, as JSON. */
export async function simulatedFleet(argument: string): Promise<void> {
  const { inventoryPath, miners } = JSON.parse(argument) as { readonly inventoryPath: string; readonly miners: number };
  const fleet = await SimulatedFleet.start({ miners, host: '127.77.0.0', login: FLEET_LOGIN });
  for (const miner of fleet.miners) {
    miner.setState('normal');
  }
  await writeInventory(fleet, inventoryPath);
  process.on('message', () => process.send?.({ streams: fleet.callCount('GetMinerStatus') } satisfies FleetReport));
  process.send?.('ready');
}
