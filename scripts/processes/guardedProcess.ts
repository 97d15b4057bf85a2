import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A running command that ends, with all processes of its group, when this process ends in whatever way. */
export interface GuardedProcess {
  /** Resolves with the exit code once the command and its group are gone. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

/** How a guarded command is started. */
export interface GuardedProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line that the command prints, on stdout or stderr. */
  readonly onLine?: (line: string) => void;
  /** A file in which the command leaves the id of a process outside its group that has to end as well. */
  readonly pidFile?: string;
}

const GUARD = join(import.meta.dirname, 'guard.mjs');

/** Starts a command behind a guard. */
export function startGuarded(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, onLine, pidFile }: GuardedProcessOptions = {},
): GuardedProcess {
  // In a group of its own, so that Ctrl-C in the terminal reaches only the process that stops things in order.
  const guard = spawn(process.execPath, [GUARD, command, ...args], {
    cwd,
    env: { ...env, ...(pidFile === undefined ? {} : { FLEET_CACHE_GUARD_PID_FILE: pidFile }) },
    detached: true,
    stdio: 'pipe',
  });
  for (const stream of [guard.stdout, guard.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLine?.(line);
      }
    });
  }
  const exited = new Promise<number>((resolve, reject) => {
    guard.on('error', reject);
    guard.on('close', (code) => resolve(code ?? 1));
  });
  // Whoever never asks for the exit code still must not be ended by a command that could not be started.
  exited.catch(() => {});
  guard.stdin.on('error', () => {});
  return {
    exited,
    async stop() {
      guard.stdin.end();
      await exited;
    },
  };
}
