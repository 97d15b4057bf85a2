import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../checkout';
import { loginEnvironment, type MinerLogin } from './minerLogin';

/** What a simulated fleet is started with. */
export interface SimulatorOptions {
  readonly miners: number;
  readonly tenants: number;
  /** The inventory file that the simulator writes. */
  readonly inventory: string;
  readonly login: MinerLogin;
  readonly faults?: string;
  readonly seed?: number;
  readonly port?: number;
  /** The first /16 network to try, as the second number of its addresses. Default: 10. */
  readonly firstNetwork?: number;
}

/** A simulated fleet in a process of its own; it ends with this one. */
export interface Simulator {
  /** Resolves when the simulator has ended, by {@link stop} or on its own. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

const SCRIPT = join(CHECKOUT, 'dist', 'simulate.js');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const NETWORKS_TO_TRY = 40;
const LAST_NETWORK = 250;

/** Starts a fleet on the first loopback network where no other fleet uses the port. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  if (!existsSync(SCRIPT)) {
    throw new Error(`${SCRIPT} is missing: run "npm run build" first`);
  }
  const first = options.firstNetwork ?? 10;
  const last = Math.min(first + NETWORKS_TO_TRY, LAST_NETWORK);
  for (let network = first; ; network++) {
    try {
      return await startOn(`127.${network}.0.0`, options);
    } catch (error) {
      if (!/EADDRINUSE|address already in use/i.test(String(error)) || network >= last) {
        throw error;
      }
    }
  }
}

async function startOn(host: string, options: SimulatorOptions): Promise<Simulator> {
  const flags: Record<string, string | number | undefined> = {
    miners: options.miners,
    tenants: options.tenants,
    inventory: options.inventory,
    faults: options.faults,
    seed: options.seed,
    port: options.port,
    host,
  };
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const child = fork(SCRIPT, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...loginEnvironment(options.login) },
  });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const simulator: Simulator = { exited, stop: () => stop(child, exited) };
  try {
    await whenReady(child, exited);
    return simulator;
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

function whenReady(child: ChildProcess, exited: Promise<number>): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string) =>
      reject(new Error(`the simulated fleet did not start: ${reason}\n${output.trim()}`));
    const timer = setTimeout(() => fail(`it was not ready within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    const onOutput = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8_192);
      if (/^ready \d+ miners/m.test(output)) {
        clearTimeout(timer);
        // From here on nobody reads, and a full pipe must not stop the fleet.
        child.stdout?.off('data', onOutput).resume();
        child.stderr?.off('data', onOutput).resume();
        resolve();
      }
    };
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', (error) => fail(error.message));
    exited.then((code) => {
      clearTimeout(timer);
      fail(`it ended with code ${code}`);
    });
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
