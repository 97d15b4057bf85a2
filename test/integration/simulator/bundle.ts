import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { shippedOptions } from '../../../scripts/bundles.js';

const ENTRY = path.join(import.meta.dirname, '../../../src/simulate.ts');

/** A bundle of the simulator in a directory of its own, far from node_modules and .proto files. */
export class SimulatorBundle {
  private constructor(readonly directory: string) {}

  static async build(): Promise<SimulatorBundle> {
    const directory = await mkdtemp(path.join(tmpdir(), 'fleet-cache-simulator-'));
    await Promise.all(shippedOptions([ENTRY], directory).map((options) => build({ ...options, minify: true })));
    return new SimulatorBundle(directory);
  }

  /** Starts a simulator; with `ipc`, it holds a channel to this process. */
  run(args: readonly string[], options: { ipc?: boolean; env?: Record<string, string> } = {}): SimulatorProcess {
    const script = path.join(this.directory, 'simulate.js');
    const { FLEET_CACHE_MINER_USERNAME: _user, FLEET_CACHE_MINER_PASSWORD: _password, ...inherited } = process.env;
    const env = { ...inherited, ...options.env };
    const child = options.ipc
      ? fork(script, args, { env, silent: true, execArgv: [] })
      : spawn(process.execPath, [script, ...args], { env });
    return new SimulatorProcess(child);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class SimulatorProcess {
  stdout = '';
  stderr = '';
  /** Exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (data) => {
      this.stdout += data;
    });
    child.stderr?.on('data', (data) => {
      this.stderr += data;
    });
    // Not the child's own 'close': it never comes after this side has let go of the IPC channel.
    const outputs = [child.stdout, child.stderr].filter((output) => output !== null);
    this.exit = Promise.all([once(child, 'exit'), ...outputs.map((output) => once(output, 'close'))]).then(
      ([[code, signal]]) => code ?? signal,
    );
  }

  /** Resolves with what it printed once it is ready; rejects when it ends before. */
  ready(): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (/^ready \d+ miners\n/m.test(this.stdout)) {
          resolve(this.stdout.trim());
        }
      };
      this.child.stdout?.on('data', look);
      this.exit.then((code) => reject(new Error(`The simulator ended with ${code}: ${this.stderr}`)));
    });
  }

  async stop(): Promise<number | string> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
    }
    return this.exit;
  }
}
