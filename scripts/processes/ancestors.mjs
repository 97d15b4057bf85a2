import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const POLL_MS = 1000;
const FURTHEST = 6;
const PACKAGE_MANAGER = /(^|[/\\\s])(npm|pnpm|yarn|bun)(-cli)?(\.c?js|\.cmd)?(\s|$)/;

/**
 * The processes on whose behalf this one runs, this one first: under `npm run` up to npm, past the shell in between, which
 * survives when npm is killed; else up to the parent. Whoever started npm is left out, since it may end long before the
 * work does: a command in the background outlives the shell script that started it.
 *
 * @returns {number[]} process ids
 */
export function readAncestors() {
  const chain = [process.pid, process.ppid];
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') {
    return chain;
  }
  const all = [...chain];
  while (all.length <= FURTHEST) {
    const last = all[all.length - 1];
    const found = readProcess(last);
    if (found === undefined) {
      break;
    }
    if (PACKAGE_MANAGER.test(found.command)) {
      return all;
    }
    all.push(found.parent);
  }
  return chain;
}

/**
 * Tells whether each process of a chain still has the next one as its parent. A killed process that nobody has waited for
 * yet counts as gone, because its children have moved.
 *
 * @param {readonly number[]} chain
 */
export function isChainIntact(chain) {
  return chain.every((pid, index) => {
    const parent = chain[index + 1];
    return parent === undefined || (pid === process.pid ? process.ppid : readProcess(pid)?.parent) === parent;
  });
}

/**
 * Calls `onEnd` once when one of the processes in the chain has ended.
 *
 * @param {readonly number[]} chain as read when this process started
 * @param {() => void} onEnd
 * @returns {() => void} stops watching
 */
export function watchAncestors(chain, onEnd) {
  const timer = setInterval(() => {
    if (!isChainIntact(chain)) {
      clearInterval(timer);
      onEnd();
    }
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * @param {number} pid
 * @returns {{ parent: number, command: string } | undefined}
 */
function readProcess(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name before it is in parentheses and may contain anything.
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return { parent: Number(parent), command };
    }
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [, parent, command] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    return parent === undefined ? undefined : { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
