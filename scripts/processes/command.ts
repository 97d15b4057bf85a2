import { spawn } from 'node:child_process';
import { CHECKOUT } from '../checkout';

/** How a command of the checkout ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** What it printed; empty if it printed straight to the terminal. */
  readonly output: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly timeoutMs: number;
  /** Whether the command writes to this process's own terminal instead of being recorded. */
  readonly showOutput?: boolean;
}

/** Runs a command in the checkout and waits for its end. It does not reject: a command that cannot run has failed. */
export function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs, showOutput = false }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: CHECKOUT,
      stdio: showOutput ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    let remark = '';
    const timer = setTimeout(() => {
      remark = `\nended after ${timeoutMs / 1000} s without a result`;
      child.kill('SIGKILL');
    }, timeoutMs);
    const finish = (ok: boolean) => {
      clearTimeout(timer);
      resolve({ ok, output: output + remark });
    };
    child.on('error', (error) => {
      remark = error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}
