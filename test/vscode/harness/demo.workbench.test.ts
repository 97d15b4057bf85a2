import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../../scripts/checkout';
import { eventually } from '../../fixtures/eventually';
import { descendantsOf, isRunning } from '../../integration/scripts/processTree';
import { Workbench } from './workbench';

const START_MS = 90_000;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

/** Starts the demo as a user does, in a group of its own as a terminal does. */
async function startDemo(): Promise<{ npm: number; url: string; output: () => string; processes: number[] }> {
  const demo = spawn('npm', ['run', 'demo', '--', '--miners', '8', '--faults', 'none'], {
    cwd: CHECKOUT,
    detached: true,
  });
  const npm = demo.pid ?? 0;
  cleanUps.push(() => demo.exitCode ?? demo.signalCode ?? process.kill(-npm, 'SIGINT'));
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const url = await eventually(() => {
    const [, found] = /^Fleet Cache is ready: (http\S+)$/m.exec(output) ?? [];
    expect(found, output).toBeDefined();
    return found ?? '';
  }, START_MS);
  return { npm, url, output: () => output, processes: descendantsOf(npm) };
}

async function expectAllGone(processes: readonly number[]): Promise<void> {
  await eventually(() => expect(processes.filter(isRunning)).toEqual([]), 20_000);
}

describe('npm run demo', () => {
  it('shows a fleet of simulated miners, and leaves nothing behind after Ctrl-C', async () => {
    const { npm, url, output, processes } = await startDemo();
    const workbench = await Workbench.open({ url });
    cleanUps.push(() => workbench.close());
    await workbench.openViewContainer('Fleet Cache');
    const miners = workbench.treeView('Miners');
    await miners.row('aurora-mining').waitFor();
    expect(await miners.rows()).toHaveLength(4);
    const all = [...processes, ...descendantsOf(npm)];
    process.kill(-npm, 'SIGINT');
    await expectAllGone(all);
    // What was written last may be read after whoever wrote it has gone.
    await eventually(() => expect(output().trimEnd().endsWith('Stopped.'), output()).toBe(true));
  });

  it('leaves nothing behind when npm is killed', async () => {
    const { npm, processes } = await startDemo();
    process.kill(npm, 'SIGKILL');
    await expectAllGone(processes);
  });

  it('leaves nothing behind when everything in the terminal is killed', async () => {
    const { npm, processes } = await startDemo();
    expect(processes.length).toBeGreaterThan(4);
    process.kill(-npm, 'SIGKILL');
    await expectAllGone(processes);
  });
});
