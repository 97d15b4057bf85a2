import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { selfContainedOptions } from '../../../scripts/bundles.js';
import { freePort } from '../../../src/redis/localServer';
import { blackHole, tcpServer } from './hostileServers';
import { TestMiner } from './testMiner';

/** Bundles the process, because plain Node runs neither TypeScript nor the virtual module of the protocol. */
async function bundle(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fleet-cache-handles-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const outfile = path.join(directory, 'process.cjs');
  await build({
    ...selfContainedOptions(),
    entryPoints: [path.join(import.meta.dirname, 'handlesProcess.ts')],
    outfile,
  });
  return outfile;
}

it('holds nothing that keeps a process alive once it is disposed', async () => {
  const server = await TestMiner.start();
  const silent = await tcpServer((socket) => void socket.resume());
  const ports = [server.port, silent.port, await blackHole(), await freePort()];
  const child = spawn(process.execPath, [await bundle(), ...ports.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let complaints = '';
  let wroteAt = 0;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    wroteAt = performance.now();
  });
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(complaints).toBe('');
  expect(code).toBe(0);
  expect(performance.now() - wroteAt).toBeLessThan(15_000);
  const held = JSON.parse(output) as string[];
  expect(held.filter((resource) => /Socket|TCP|Timeout|Immediate|HTTP2/i.test(resource))).toEqual([]);
});
