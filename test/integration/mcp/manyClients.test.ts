import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfContainedOptions } from '../../../scripts/bundles.js';
import type { AgentsOrder, AgentsReport } from '../../fixtures/agentsProcess';
import { type BuiltServer, buildServer } from '../../fixtures/builtServer';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ask, TOKEN } from '../../fixtures/mcpHttp';

/** A minute on demand; its figures are printed. */
const LONG = process.env.FLEET_CACHE_LONG === '1';
const WARM_UP = { sessions: 1, updates: 0, milliseconds: LONG ? 10_000 : 0 };
const RUN = { sessions: 3, updates: 1, milliseconds: LONG ? 60_000 : 0 };
/** They come, and are kept. */
const COME = { sessions: 0, updates: 0, milliseconds: 0 };
/** No statement about speed. */
const AGENTS_MS = 120_000;
const CHANGE_MS = 500;
const CLIENTS = 8;
/** Of the listener. */
const MOST_SESSIONS = 64;
const MIB = 1024 * 1024;
/** A server with its tools takes far more; what is kept of a session that is over must not add up. */
const MOST_BYTES_FOR_EACH = 10 * 1024;

interface Held {
  readonly heapBytes: number;
  readonly sockets: number;
}

let test: TestFleet;
let built: BuiltServer;
let server: ChildProcess | undefined;
let log = '';

beforeAll(async () => {
  [test, built] = await Promise.all([startTestFleet({ miners: 12, tenants: 2, seed: 21 }), buildServer()]);
  const entryPoints = [join(import.meta.dirname, '../../fixtures/agentsProcess.ts')];
  await build({ ...selfContainedOptions(), entryPoints, outfile: join(built.directory, 'agents.cjs') });
});

afterAll(async () => {
  server?.kill('SIGKILL');
  await Promise.all([test?.stop(), built?.remove()]);
});

async function start(): Promise<string> {
  const probe = join(import.meta.dirname, '../../fixtures/serverProbe.cjs');
  const args = ['--http', '127.0.0.1:0', '--watch', '--inventory', test.inventoryPath, '--redis', test.redis.url];
  const login = { FLEET_CACHE_MINER_USERNAME: 'test', FLEET_CACHE_MINER_PASSWORD: 'test-password' };
  server = spawn(process.execPath, ['--expose-gc', '--require', probe, built.script, ...args], {
    env: { ...login, FLEET_CACHE_TOKEN: TOKEN },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  server.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return eventually(() => /http:\/\/\S+\/mcp/.exec(log)?.[0] ?? expect.fail(log), 30_000);
}

async function held(): Promise<Held> {
  const answer = once(server ?? expect.fail('no server'), 'message', { signal: AbortSignal.timeout(30_000) });
  server?.send('measure');
  const [found] = await answer;
  return found as Held;
}

/** Of each miner, so that there are updates to tell. */
function changeAll(): void {
  for (const miner of test.fleet.miners) {
    miner.setState(miner.state === 'paused' ? 'normal' : 'paused');
  }
}

/** Has the clients work for a time, and ends them in the middle of what they do. */
async function runAgents(order: AgentsOrder): Promise<AgentsReport> {
  const agents = fork(join(built.directory, 'agents.cjs'), [JSON.stringify(order)]);
  try {
    const [report] = await once(agents, 'message', { signal: AbortSignal.timeout(order.milliseconds + AGENTS_MS) });
    return report as AgentsReport;
  } finally {
    const gone = once(agents, 'exit');
    agents.kill('SIGKILL');
    await gone;
  }
}

it('leaves nothing behind of eight clients that come and go, some of them without a word', async () => {
  const url = await start();
  const minerIds = test.fleet.miners.map(({ id }) => id);
  const sessions = async () => JSON.parse((await ask(url, { method: 'GET', path: '/healthz' })).text).sessions;
  let left = 0;
  const run = async (clients: number, fewest: Pick<AgentsOrder, 'sessions' | 'updates' | 'milliseconds'>) => {
    const report = await runAgents({ url, minerIds, clients, ...fewest });
    expect(report.failures).toEqual([]);
    left = Math.min(MOST_SESSIONS, left + report.left + clients);
    // Those that ended their session are forgotten at once, the others when room is needed.
    await eventually(async () => expect(await sessions()).toBe(left), 30_000);
    return report;
  };
  await run(CLIENTS, WARM_UP);
  // As many as may be are kept before and after, so that what they take makes no difference.
  await run(MOST_SESSIONS, COME);
  const before = await eventually(async () => {
    const found = await held();
    // It has a connection to each miner while it watches them, which it does not while Redis is silent.
    expect(found.sockets).toBeGreaterThanOrEqual(test.fleet.miners.length);
    return found;
  }, 60_000);
  const restless = setInterval(() => changeAll(), CHANGE_MS);
  const report = await run(CLIENTS, RUN).finally(() => clearInterval(restless));
  expect(report.sessions).toBeGreaterThanOrEqual(RUN.sessions * CLIENTS);
  expect(report.updates).toBeGreaterThan(0);
  const after = await eventually(async () => {
    const found = await held();
    expect(found.sockets).toBeLessThanOrEqual(before.sockets);
    return found;
  }, 30_000);
  if (LONG) {
    console.log(JSON.stringify({ report, before, after, left }));
  }
  expect(after.heapBytes - before.heapBytes).toBeLessThan(3 * MIB + report.sessions * MOST_BYTES_FOR_EACH);
}, 300_000);
