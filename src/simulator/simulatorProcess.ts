import { type ChildProcess, fork } from 'node:child_process';
import { CancelledError, FleetCacheError } from '../base/errors';
import type { Credentials } from '../fleet/credentials';

export interface SimulatorProcessOptions {
  /** Path of `dist/simulate.js`. */
  readonly script: string;
  readonly miners: number;
  readonly tenants: number;
  /** The inventory file that the simulator writes. */
  readonly inventory: string;
  /** What the miners ask for; handed on by environment only. */
  readonly login: Credentials;
  /** Faults such as `offline=5%,slow=2%:3000ms`. */
  readonly faults?: string;
  readonly seed?: number;
  /** 0 takes free ports. */
  readonly port?: number;
  readonly host?: string;
  /** Port on which it takes orders while it runs; 0 takes a free one. Without it, it takes none. */
  readonly control?: number;
  readonly signal?: AbortSignal;
}

/** A simulated fleet in a process of its own, which ends with this one. */
export interface SimulatorProcess {
  /** Resolves with the exit code when the simulator has ended, by {@link stop} or on its own. */
  readonly exited: Promise<number>;
  /** `host:port` where it takes orders, if it does. */
  readonly controlAddress: string | undefined;
  stop(): Promise<void>;
}

/** The simulator did not start. The message has the last lines that it printed. */
export class SimulatorError extends FleetCacheError {}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const READY = /^ready \d+ miners/m;
const CONTROL = /^control (\S+)$/m;

/**
 * Starts a simulated fleet and waits until its miners answer.
 *
 * @throws {SimulatorError} when it ends, or is not ready within a minute.
 * @throws {CancelledError}
 */
export async function startSimulatorProcess(options: SimulatorProcessOptions): Promise<SimulatorProcess> {
  const child = fork(options.script, commandLine(options), {
    // The IPC channel is the leash: it closes when this process ends, in whatever way.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: {
      ...process.env,
      // In the desktop's extension host the executable is Electron, which has to be told to be Node.
      ELECTRON_RUN_AS_NODE: '1',
      FLEET_CACHE_MINER_USERNAME: options.login.username,
      FLEET_CACHE_MINER_PASSWORD: options.login.password,
    },
  });
  const exited = new Promise<number>((resolve) => {
    // Not `close`, which never comes once this side has closed the channel.
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  try {
    const output = await whenReady(child, exited, options.signal);
    return { exited, controlAddress: CONTROL.exec(output)?.[1], stop: () => stop(child, exited) };
  } catch (error) {
    await stop(child, exited);
    throw error;
  }
}

function commandLine(options: SimulatorProcessOptions): string[] {
  const { miners, tenants, inventory, faults, seed, port, host, control } = options;
  const flags = { miners, tenants, inventory, faults, seed, port, host, control };
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

/** @returns what it has printed so far. */
function whenReady(child: ChildProcess, exited: Promise<number>, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      // From here on nobody reads, and a full pipe must not stop the fleet.
      child.stdout?.off('data', onOutput).resume();
      child.stderr?.off('data', onOutput).resume();
      outcome();
    };
    const fail = (cause: string) =>
      settle(() => reject(new SimulatorError(`The simulated fleet did not start: ${cause}\n${output.trim()}`)));
    const cancel = () => settle(() => reject(new CancelledError()));
    const onOutput = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8_192);
      if (READY.test(output)) {
        settle(() => resolve(output));
      }
    };
    const timer = setTimeout(() => fail(`it was not ready within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', (error) => fail(error.message));
    exited.then((code) => fail(`it ended with code ${code}`));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) {
      cancel();
    }
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
