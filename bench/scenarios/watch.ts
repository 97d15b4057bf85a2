import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger';
import { createRuntime } from '../../src/runtime';
import { writeInventory } from '../../src/simulator/inventoryFile';
import { SimulatedFleet } from '../../src/simulator/simulatedFleet';
import type { Comparison } from '../comparison';

const MINERS = 2_000;
/** Long enough for each connection's pings, one in 20 s. */
const WINDOW_MS = 20_000;
const WINDOWS = 3;
const READY_TIMEOUT_MS = 60_000;
const LOGIN = { username: 'bench', password: 'bench' };

/** What the fleet's process says of itself. */
interface FleetReport {
  /** Status streams that were opened. */
  readonly streams: number;
}

/** An instance that follows the status streams of a fleet in which nothing happens. */
export async function watch(port: number): Promise<Comparison> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
  const inventoryPath = join(directory, 'fleet.json');
  const fleet = fork(process.argv[1] as string, ['watchedFleet', inventoryPath]);
  try {
    await once(fleet, 'message', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    const before = await usedMemory();
    const started = performance.now();
    const services = await createRuntime({
      kind: 'server',
      watch: true,
      inventoryPath,
      redis: { url: `redis://127.0.0.1:${port}`, password: undefined, commandTimeoutMs: 1_000 },
      ttls: {},
      credentials: { find: async () => LOGIN },
      logger: silentLogger,
    });
    await allWatched(fleet);
    const opening = process.cpuUsage();
    const openedAfterS = (performance.now() - started) / 1_000;
    const shares: number[] = [];
    for (let window = 0; window < WINDOWS; window++) {
      shares.push(await cpuShare());
    }
    const heldKb = ((await usedMemory()) - before) / 1_024 / MINERS;
    services.dispose();
    return {
      title: `An instance watches ${MINERS.toLocaleString('en')} quiet miners`,
      measures: [
        { contender: 'until all are watched', unit: 's', values: [openedAfterS] },
        { contender: 'CPU for that', unit: 's', values: [(opening.user + opening.system) / 1e6] },
        { contender: 'memory of the process for each', unit: 'kB', values: [heldKb] },
      ],
      goals: [{ name: 'CPU while nothing happens', unit: '% of a core', values: shares, bound: 'atMost', limit: 5 }],
    };
  } finally {
    fleet.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
}

/** The process of the fleet. @param inventoryPath where its inventory is written. */
export async function watchedFleet(inventoryPath: string): Promise<void> {
  const fleet = await SimulatedFleet.start({ miners: MINERS, host: '127.77.0.0', login: LOGIN });
  for (const miner of fleet.miners) {
    miner.setState('normal');
  }
  await writeInventory(fleet, inventoryPath);
  process.on('message', () => process.send?.({ streams: fleet.callCount('GetMinerStatus') } satisfies FleetReport));
  process.send?.('ready');
}

async function allWatched(fleet: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = once(fleet, 'message', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    fleet.send('report');
    const [{ streams }] = (await answer) as [FleetReport];
    if (streams >= MINERS) {
      return;
    }
    if (performance.now() > deadline) {
      throw new Error(`only ${streams} of ${MINERS} miners are watched`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What this process takes of one core for a while, in per cent. */
async function cpuShare(): Promise<number> {
  const before = process.cpuUsage();
  const started = performance.now();
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1_000 / (performance.now() - started)) * 100;
}

/** Resident memory after a collection, in bytes. */
async function usedMemory(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  return process.memoryUsage().rss;
}
