import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process runs. One that is dead but that nobody has waited for does not. */
export function isRunning(pid: number): boolean {
  return !['', 'Z', 'X'].includes(readStat(pid)?.state ?? '');
}

/** All processes below one, at this moment. */
export function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = readStat(Number(name));
    if (stat !== undefined) {
      parents.set(Number(name), stat.parent);
    }
  }
  const found = [root];
  for (const pid of found) {
    found.push(...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child));
  }
  return found.slice(1);
}

function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
