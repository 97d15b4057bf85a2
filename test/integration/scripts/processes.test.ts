import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../../scripts/checkout';
import { startGuarded } from '../../../scripts/processes/guardedProcess';
import { eventually } from '../../fixtures/eventually';
import { descendantsOf, isRunning } from './processTree';

const TSX = createRequire(import.meta.url).resolve('tsx/cjs');
const cleanUps: (() => unknown)[] = [];
/** For npm, or a compiler, to start. */
const START_MS = 40_000;

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) {
    await cleanUp();
  }
});

/** Starts a process, and resolves with the first match in what it prints. */
async function startAndRead(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  cleanUps.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await eventually(() => expect(output).toMatch(pattern), START_MS);
  return pattern.exec(output) as RegExpExecArray;
}

describe('a guarded process', { timeout: 90_000 }, () => {
  it('and its children end when the process that started it is killed', async () => {
    const parent = spawn(process.execPath, ['--require', TSX, join(import.meta.dirname, 'guardedParent.ts')]);
    const [, child, shell] = await startAndRead(parent, /started (\d+) (\d+)/);
    const pids = [Number(child), Number(shell)];
    expect(pids.every(isRunning)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => expect(pids.filter(isRunning)).toEqual([]), 10_000);
  });

  it('is gone with its children when stopping it resolves', async () => {
    const lines: string[] = [];
    const guarded = startGuarded('sh', ['-c', 'sleep 600 & echo $! $$; wait'], { onLine: (line) => lines.push(line) });
    await eventually(() => expect(lines).toHaveLength(1));
    const pids = lines[0]?.split(' ').map(Number) ?? [];
    await guarded.stop();
    expect(pids).toHaveLength(2);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('leaves nobody behind when it ends by itself, and tells its exit code', async () => {
    const lines: string[] = [];
    const guarded = startGuarded('sh', ['-c', 'sleep 600 & echo $!; exit 7'], { onLine: (line) => lines.push(line) });
    expect(await guarded.exited).toBe(7);
    expect(isRunning(Number(lines[0]))).toBe(false);
  });

  it('that does not exist has ended', async () => {
    expect(await startGuarded('/nowhere/at-all', []).exited).toBe(127);
  });

  it('takes the process with it whose id it left in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-cache-guard-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const detached = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    cleanUps.push(() => detached.kill('SIGKILL'));
    const pidFile = join(folder, 'code.lock');
    await writeFile(pidFile, String(detached.pid));
    const guarded = startGuarded('sleep', ['600'], { pidFile });
    await guarded.stop();
    await eventually(() => expect(isRunning(detached.pid ?? 0)).toBe(false));
  });
});

describe('a process under npm', { timeout: 90_000 }, () => {
  async function startUnderNpm(): Promise<{ npm: ChildProcess; watcher: number }> {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-cache-npm-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const ancestors = pathToFileURL(join(CHECKOUT, 'scripts', 'processes', 'ancestors.mjs')).href;
    await writeFile(
      join(folder, 'watch.mjs'),
      `import { readAncestors, watchAncestors } from '${ancestors}';
       watchAncestors(readAncestors(), () => process.exit(0));
       setInterval(() => {}, 60_000);
       console.log('watching ' + process.pid);`,
    );
    // A second command keeps the shell from becoming the process.
    const scripts = { watch: 'node watch.mjs; true' };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, scripts }));
    const npm = spawn('npm', ['run', 'watch'], { cwd: folder });
    const [, watcher] = await startAndRead(npm, /watching (\d+)/);
    cleanUps.push(() => isRunning(Number(watcher)) && process.kill(Number(watcher), 'SIGKILL'));
    return { npm, watcher: Number(watcher) };
  }

  it('notices that npm was killed, although the shell in between lives on', async () => {
    const { npm, watcher } = await startUnderNpm();
    const [shell = 0] = descendantsOf(npm.pid ?? 0);
    expect(shell).not.toBe(watcher);
    npm.kill('SIGKILL');
    await eventually(() => expect(isRunning(watcher)).toBe(false), 10_000);
  });

  it('notices that the shell in between was killed', async () => {
    const { npm, watcher } = await startUnderNpm();
    const [shell = 0] = descendantsOf(npm.pid ?? 0);
    process.kill(shell, 'SIGKILL');
    await eventually(() => expect(isRunning(watcher)).toBe(false), 10_000);
  });

  it('goes on while both live', async () => {
    const { watcher } = await startUnderNpm();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(isRunning(watcher)).toBe(true);
  });
});
