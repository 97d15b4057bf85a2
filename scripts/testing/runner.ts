import { join } from 'node:path';
import { CHECKOUT } from '../checkout';
import { runCommand } from '../processes/command';
import type { Counts } from './counts';

/** One part of `npm test`: a check, which counts as one test, or a test runner with counts of its own. */
export interface Runner {
  readonly name: string;
  run(): Promise<Counts>;
}

/** Thrown by a check that found something; the message says what. */
export class CheckFailure extends Error {}

const CHECK_TIMEOUT_MS = 3 * 60_000;

/** A runner of a single test that fails when `check` throws. */
export function checkRunner(name: string, check: () => Promise<void>): Runner {
  return {
    name,
    async run() {
      try {
        await check();
        return { passed: 1, failed: 0, skipped: 0 };
      } catch (error) {
        console.error(error instanceof CheckFailure ? error.message : error);
        return { passed: 0, failed: 1, skipped: 0, failures: [{ test: name, reason: String(error) }] };
      }
    },
  };
}

/** A check that is a command; what it printed is shown if it fails. */
export function commandRunner(name: string, command: string, ...args: readonly string[]): Runner {
  return checkRunner(name, async () => {
    const { ok, output } = await runCommand(command, args, { timeoutMs: CHECK_TIMEOUT_MS });
    if (!ok) {
      throw new CheckFailure(output.trim());
    }
  });
}

/** The path of a tool among the installed npm packages. */
export function tool(name: string): string {
  return join(CHECKOUT, 'node_modules', '.bin', name);
}
