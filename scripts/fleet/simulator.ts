import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../../src/fleet/credentials';
import { CHECKOUT } from '../checkout';

/** What a simulated fleet is started with. */
export interface SimulatorOptions {
  readonly miners: number;
  readonly tenants: number;
  /** The inventory file that the simulator writes. */
  readonly inventory: string;
  /** What the miners ask for; handed on by environment only. */
  readonly login: Credentials;
  readonly faults?: string;
  readonly seed?: number;
  /** The first network of loopback addresses to try, as their second number. Default: 10. */
  readonly firstNetwork?: number;
}

/** A simulated fleet in a process of its own, which ends with this one. */
export interface Simulator {
  /** Resolves when the simulator has ended, by {@link stop} or on its own. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

const SCRIPT = join(CHECKOUT, 'dist', 'simulate.js');
const FIRST_NETWORK = 10;
const NETWORKS_TO_TRY = 40;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const READY = /^ready \d+ miners/m;
const FAILED = /^simulate: .*\n/m;
const ADDRESS_TAKEN = /EADDRINUSE/;

/** Starts a fleet on the first loopback network where no other fleet uses the port. */
export async function startSimulator({ firstNetwork, ...options }: SimulatorOptions): Promise<Simulator> {
  if (!existsSync(SCRIPT)) {
    throw new Error('dist/simulate.js is missing: run "npm run build" first');
  }
  const first = firstNetwork ?? FIRST_NETWORK;
  for (let network = first; ; network++) {
    try {
      return await startOn(`127.${network}.0.0`, options);
    } catch (error) {
      if (!ADDRESS_TAKEN.test(String(error)) || network === first + NETWORKS_TO_TRY) {
        throw error;
      }
    }
  }
}

async function startOn(host: string, options: Omit<SimulatorOptions, 'firstNetwork'>): Promise<Simulator> {
  const { login, ...named } = options;
  const flags = Object.entries({ ...named, host });
  const args = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  const child = fork(SCRIPT, args, {
    // The IPC channel is the leash: it closes when this process ends, in whatever way.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: {
      ...process.env,
      FLEET_CACHE_MINER_USERNAME: login.username,
      FLEET_CACHE_MINER_PASSWORD: login.password,
    },
  });
  const exited = new Promise<number>((resolve) => {
    // Not `close`, which never comes once this side has closed the channel.
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  try {
    await whenReady(child, exited);
    return { exited, stop: () => stop(child, exited) };
  } catch (error) {
    await stop(child, exited);
    throw error;
  }
}

function whenReady(child: ChildProcess, exited: Promise<number>): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const settle = (problem?: string) => {
      clearTimeout(timer);
      // From here on nobody reads, and a full pipe must not stop the fleet.
      child.stdout?.off('data', onOutput).resume();
      child.stderr?.off('data', onOutput).resume();
      if (problem === undefined) {
        resolve();
      } else {
        reject(new Error(`The simulated fleet did not start: ${problem}\n${output.trim()}`));
      }
    };
    const onOutput = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8_192);
      if (READY.test(output)) {
        settle();
      } else if (FAILED.test(output)) {
        // The open channel can keep a fleet that gave up from ending.
        settle('it gave up');
      }
    };
    const timer = setTimeout(() => settle(`it was not ready within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    exited.then((code) => settle(`it ended with code ${code}`));
  });
}

async function stop(child: ChildProcess, exited: Promise<number>): Promise<void> {
  if (child.connected) {
    child.disconnect();
  }
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}
