import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeOptions, shippedOptions } from '../../../scripts/bundles.js';

const HEAVY =
  /node_modules\/(@grpc\/(grpc-js|proto-loader)|protobufjs|ioredis|prom-client|@modelcontextprotocol\/sdk|zod\/v4\/classic)\//;
/** In place of VS Code's own module: whatever is asked of it is there. esbuild copies a module, but keeps its prototype. */
const STAND_IN = 'const all = new Proxy(class {}, { get: () => all }); module.exports = Object.create(all);';

describe('the bundles', () => {
  let directory: string;
  let outputs: Metafile['outputs'];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bundles-'));
    const entryPoints = ['src/extension.ts', 'src/server.ts', 'src/simulate.ts', 'src/benchmark.ts'];
    const results = await Promise.all(
      shippedOptions(entryPoints, directory).map((options) => build({ ...options, metafile: true })),
    );
    outputs = Object.assign({}, ...results.map(({ metafile }) => metafile?.outputs));
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  function inputsOf(file: string): string[] {
    const [, output] =
      Object.entries(outputs).find(([path]) => join(process.cwd(), path) === join(directory, file)) ?? [];
    return Object.keys(output?.inputs ?? {});
  }

  it.each(['extension.js', 'server.js', 'simulate.js', 'benchmark.js'])(
    'leave the heavy packages out of %s',
    (file) => {
      expect(inputsOf(file)).not.toEqual([]);
      expect(inputsOf(file).filter((input) => HEAVY.test(input))).toEqual([]);
    },
  );

  it.each(['vendor/grpc.js', 'vendor/ioredis.js', 'vendor/prometheus.js', 'vendor/mcp.js'])(
    'have none of our own code in %s',
    (file) => {
      expect(inputsOf(file).some((input) => HEAVY.test(input))).toBe(true);
      expect(inputsOf(file).filter((input) => input.startsWith('src/'))).toEqual([]);
    },
  );

  it('have the bridge in one file that runs anywhere and says of which version it is', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await build(bridgeOptions(elsewhere));
    expect(await readdir(elsewhere)).toEqual(['bridge.js']);
    const script = join(elsewhere, 'bridge.js');
    expect(await readFile(script, 'utf8')).toMatch(/^\/\/ Fleet Cache bridge \d+\.\d+\.\d+\n/);
    const called = promisify(execFile)(process.execPath, [script, '--help'], { cwd: elsewhere });
    await expect(called).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Usage: bridge.js') });
  });

  it('load the heavy packages on first use only', async () => {
    const vscode = join(directory, 'node_modules', 'vscode');
    await mkdir(vscode, { recursive: true });
    await writeFile(join(vscode, 'index.js'), STAND_IN);
    const script = `require(${JSON.stringify(join(directory, 'extension.js'))}); console.log(Object.keys(require.cache).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
    expect(stdout).toContain('extension.js');
    expect(stdout).not.toContain('vendor');
  });
});
