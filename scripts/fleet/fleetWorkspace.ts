import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import type { Credentials } from '../../src/fleet/credentials';
import { type LocalRedis, startLocalRedis } from '../../src/redis/localServer';

import type { SimulatorProcess } from '../../src/simulator/simulatorProcess';
import { startSimulator } from './simulator';

/** What a workspace with a running fleet is made of. */
export interface FleetWorkspaceOptions {
  /** Default: a temporary folder that is removed on stop. */
  readonly directory?: string;
  /** Default: 20. */
  readonly miners?: number;
  /** Default: 4. */
  readonly tenants?: number;
  readonly faults?: string;
  readonly seed?: number;
  readonly firstNetwork?: number;
  /** Port on which the simulated fleet takes orders; 0 takes a free one. */
  readonly control?: number;
  /** Workspace settings beside the Redis address. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A folder to open in VS Code, with the Redis and the simulated fleet that its `fleet.json` and settings name. */
export class FleetWorkspace {
  private constructor(
    /** The workspace folder. */
    readonly folder: string,
    /** The inventory, `fleet.json` in the folder. */
    readonly inventory: string,
    readonly login: Credentials,
    readonly redis: LocalRedis,
    readonly simulator: SimulatorProcess,
    private readonly removed: string | undefined,
  ) {}

  static async start(options: FleetWorkspaceOptions = {}): Promise<FleetWorkspace> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'fleet-cache-fleet-')));
    const removed = options.directory === undefined ? directory : undefined;
    const folder = join(directory, 'fleet');
    const redisDirectory = join(directory, 'redis');
    const login = { username: 'fleet-cache', password: randomBytes(18).toString('base64url') };
    let redis: LocalRedis | undefined;
    try {
      await mkdir(join(folder, '.vscode'), { recursive: true });
      await mkdir(redisDirectory, { recursive: true });
      redis = await startLocalRedis({ directory: redisDirectory });
      const settings = { 'fleetCache.redis.url': redis.url, ...options.settings };
      await changeSettings(join(folder, '.vscode', 'settings.json'), settings);
      const inventory = join(folder, 'fleet.json');
      const { miners = 20, tenants = 4, directory: _, settings: __, ...others } = options;
      const simulator = await startSimulator({ ...others, miners, tenants, inventory, login });
      return new FleetWorkspace(folder, inventory, login, redis, simulator, removed);
    } catch (error) {
      await redis?.stop();
      await discard(removed);
      throw error;
    }
  }

  /** The environment that VS Code needs to log in to the miners. */
  get environment(): Record<string, string> {
    return {
      FLEET_CACHE_MINER_USERNAME: this.login.username,
      FLEET_CACHE_MINER_PASSWORD: this.login.password,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.simulator.stop(), this.redis.stop()]);
    await discard(this.removed);
  }
}

/** Sets what this run needs, and leaves what a user has changed in an earlier one. */
async function changeSettings(file: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  let text = await readFile(file, 'utf8').catch(() => '{}\n');
  for (const [name, value] of Object.entries(settings)) {
    const edits = modify(text, [name], value, { formattingOptions: { tabSize: 2, insertSpaces: true } });
    text = applyEdits(text, edits);
  }
  await writeFile(file, text);
}

async function discard(directory: string | undefined): Promise<void> {
  if (directory !== undefined) {
    await rm(directory, { recursive: true, force: true });
  }
}
