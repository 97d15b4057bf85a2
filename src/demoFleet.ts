import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoFleet } from './fleet/demoFleet';
import { startLocalRedis } from './redis/localServer';
import { startSimulatorProcess } from './simulator/simulatorProcess';

const MINERS = 200;
const TENANTS = 4;
const FAULTS = 'offline=5%,slow=2%:3000ms,flap=1%:30s';

/**
 * Starts what *Start Demo Fleet* runs on: nothing of it touches the user's own miners or Redis.
 *
 * @param script path of `dist/simulate.js`.
 * @throws {LocalRedisError} when no Redis server is installed; the message has the command that installs one.
 * @throws {SimulatorError} @throws {CancelledError}
 */
export async function startDemoFleet(script: string, signal: AbortSignal): Promise<DemoFleet> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-demo-'));
  const stops: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) {
      await step();
    }
  };
  try {
    const redisDirectory = join(directory, 'redis');
    await mkdir(redisDirectory);
    const redis = await startLocalRedis({ directory: redisDirectory });
    stops.push(() => redis.stop());
    const login = { username: 'demo', password: randomBytes(18).toString('base64url') };
    const inventory = join(directory, 'fleet.json');
    const options = { script, inventory, login, miners: MINERS, tenants: TENANTS, faults: FAULTS, port: 0, signal };
    const simulator = await startSimulatorProcess(options);
    stops.push(() => simulator.stop());
    return { inventoryPath: inventory, redisUrl: redis.url, credentials: { find: async () => login }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
