import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { createFleetServer } from '../../../src/mcp/fleetServer';
import type { McpHttpServer } from '../../../src/mcp/http/httpServer';
import { addConformanceFixtures } from '../../fixtures/conformance/fixtures';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { listenForMcp } from '../../fixtures/mcpHttp';

const PRELOAD = fileURLToPath(new URL('../../fixtures/conformance/node20.mjs', import.meta.url));
const SUITE = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);

describe('the conformance suite of the protocol', () => {
  let test: TestFleet;
  let server: McpHttpServer;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-conformance-'));
    test = await startTestFleet({ miners: 3, seed: 6 });
    const services = await test.open({ commandTimeoutMs: 5_000 });
    server = await listenForMcp(services, {
      // The suite sends none. Host and Origin are checked as ever.
      token: undefined,
      createServer: () => {
        const created = createFleetServer({ services, clock: systemClock, logger: silentLogger }, '1.2.3');
        addConformanceFixtures(created);
        return created;
      },
    });
  });

  afterAll(async () => {
    await server?.close();
    await test?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function run(...what: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> {
    const args = ['--import', pathToFileURL(PRELOAD).href, SUITE, 'server', '--url', server.url, ...what];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: directory, timeout: 150_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
      });
    });
  }

  it('passes every scenario that is active', async () => {
    const { code, output } = await run('--suite', 'active');
    expect(code, output.slice(-6_000)).toBe(0);
    expect(Number(/\((\d+) scenarios\)/.exec(output)?.[1])).toBeGreaterThanOrEqual(30);
    expect(output).toMatch(/Total: \d+ passed, 0 failed/);
  }, 180_000);

  // The suite takes up a stream as a client of an old version, which is not told that it can: that comes as warnings.
  it.each(['json-schema-2020-12', 'server-sse-polling'])(
    'passes the pending scenario %s',
    async (scenario) => {
      const { code, output } = await run('--scenario', scenario);
      expect(code, output.slice(-3_000)).toBe(0);
      expect(output).toMatch(/ 0 failed/);
    },
    60_000,
  );
});
