import { silentLogger } from '../../src/base/logger';
import { createRuntime } from '../../src/runtime';
import type { Comparison } from '../comparison';
import { FLEET_LOGIN, FleetProcess } from '../fleetProcess';
import { usedMemory } from '../usedMemory';

const MINERS = 2_000;
/** Long enough for each connection's pings, one in 20 s. */
const WINDOW_MS = 20_000;
const WINDOWS = 3;
const READY_TIMEOUT_MS = 60_000;

/** An instance that follows the status streams of a fleet in which nothing happens. */
export async function watch(port: number): Promise<Comparison> {
  const fleet = await FleetProcess.start(MINERS);
  try {
    const { rss: before } = await usedMemory();
    const started = performance.now();
    const services = await createRuntime({
      kind: 'server',
      watch: true,
      inventoryPath: fleet.inventoryPath,
      redis: { url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 1_000 },
      ttls: {},
      credentials: { find: async () => FLEET_LOGIN },
      logger: silentLogger,
    });
    await allWatched(fleet);
    const opening = process.cpuUsage();
    const openedAfterS = (performance.now() - started) / 1_000;
    const shares: number[] = [];
    for (let window = 0; window < WINDOWS; window++) {
      shares.push(await cpuShare());
    }
    const heldKb = ((await usedMemory()).rss - before) / 1_024 / MINERS;
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
    await fleet.stop();
  }
}

async function allWatched(fleet: FleetProcess): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const streams = await fleet.openedStreams();
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
