import { stat } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { VSIX } from '../scripts/checkout';
import { FleetWorkspace } from '../scripts/fleet/fleetWorkspace';
import { silentLogger } from '../src/base/logger';
import { environmentCredentials } from '../src/fleet/credentials';
import { VsCodeServer } from '../test/vscode/harness/vscodeServer';
import { Workbench } from '../test/vscode/harness/workbench';
import { loadRuntime } from './bundledRuntime';
import type { Figure } from './figures';

const MINERS = 200;
const REPETITIONS = 5;
const EXTENSION_ID = 'fleet-cache.fleet-cache';
const FILL_TIMEOUT_MS = 60_000;
/** The longest that EPHEMERAL data may live, so that what was warmed is still there when the window is up again. */
const TTL_S = 30;

/**
 * What a user waits for: loading and activating the extension in a real extension host, and the Miners tree of 200
 * miners, from the activation on until every row has its state, with an empty cache and with a warm one.
 */
export async function measureStartup(report: (line: string) => void): Promise<Figure[]> {
  const ttl = { 'miner:status': TTL_S, 'miner:stats': TTL_S };
  const fleet = await FleetWorkspace.start({
    miners: MINERS,
    tenants: 4,
    firstNetwork: 230,
    settings: { 'fleetCache.ttl': ttl },
  });
  const redis = new Redis(fleet.redis.port, '127.0.0.1');
  const server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
  const { createRuntime } = await loadRuntime();
  const services = await createRuntime({
    inventoryPath: fleet.inventory,
    redis: { url: fleet.redis.url, password: undefined, commandTimeoutMs: 1_000 },
    ttls: ttl,
    credentials: environmentCredentials(fleet.environment),
    logger: silentLogger,
  });
  const load: number[] = [];
  const activate: number[] = [];
  const fill: Record<'cold' | 'warm', number[]> = { cold: [], warm: [] };
  const workbench = await Workbench.open(server, { width: 1400, height: 900 });
  try {
    await workbench.openViewContainer('Fleet Cache');
    await filledAfterActivation(workbench, server);
    for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
      for (const cache of ['cold', 'warm'] as const) {
        if (cache === 'cold') {
          await redis.flushall();
        } else {
          await services.warmer.warm(services.inventory.current.miners, ['status', 'stats'], { concurrency: 64 });
        }
        await workbench.reload();
        fill[cache].push(await filledAfterActivation(workbench, server));
        report(
          `${cache} start ${repetition} of ${REPETITIONS}: tree filled after ${Math.round(fill[cache].at(-1) ?? 0)} ms`,
        );
      }
      const times = await activationTimes(workbench);
      load.push(times.loadMs);
      activate.push(times.activateMs);
    }
  } finally {
    services.dispose();
    redis.disconnect();
    await workbench.close();
    await server.stop();
    await fleet.stop();
  }
  return [
    { name: 'extension code load', unit: 'ms', values: load, limit: 60 },
    { name: 'activate()', unit: 'ms', values: activate, limit: 50 },
    { name: 'VSIX', unit: 'kB', values: [(await stat(VSIX)).size / 1024], limit: 2_048 },
    { name: `tree of ${MINERS} filled, cold cache`, unit: 'ms', values: fill.cold, limit: 1_500 },
    { name: `tree of ${MINERS} filled, warm cache`, unit: 'ms', values: fill.warm, limit: 300 },
  ];
}

/** Runs in the window: resolves to the time when all rows say how many are online, and none that some are not read. */
const WHEN_FILLED = `new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error('the tree was not filled in time')), ${FILL_TIMEOUT_MS});
  const check = () => {
    const rows = [...document.querySelectorAll('.sidebar .monaco-list-row .label-description')];
    const counts = rows.map((row) => /^\\d+\\/(\\d+) online(?!.*not read)/.exec(row.textContent));
    if (counts.reduce((sum, match) => sum + Number(match?.[1] ?? 0), 0) === ${MINERS}) {
      observer.disconnect();
      clearTimeout(timer);
      resolve(Date.now());
    }
  };
  const observer = new MutationObserver(check);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  check();
})`;

/** Milliseconds from the extension host's own note of the activation until every miner of every tenant has been read. */
async function filledAfterActivation(workbench: Workbench, server: VsCodeServer): Promise<number> {
  const filledAt = await workbench.page.evaluate<number>(WHEN_FILLED);
  return filledAt - (await activatedAt(server));
}

/** When the newest extension host began to activate the extension, in ms since the epoch. */
async function activatedAt(server: VsCodeServer): Promise<number> {
  const log = await server.extensionHostLog(500);
  const line = log.split('\n').findLast((each) => each.includes(`_doActivateExtension ${EXTENSION_ID},`));
  const [, time] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})/.exec(line ?? '') ?? [];
  if (time === undefined) {
    throw new Error(`the extension host's log does not name the activation of ${EXTENSION_ID}`);
  }
  return new Date(time.replace(' ', 'T')).getTime();
}

/** VS Code's own figures of the activation, from "Developer: Startup Performance". */
async function activationTimes(
  workbench: Workbench,
): Promise<{ readonly loadMs: number; readonly activateMs: number }> {
  const size = workbench.page.viewportSize();
  // All lines have to be in sight, because the editor draws only those.
  await workbench.page.setViewportSize({ width: 1400, height: 6_000 });
  await workbench.runCommand('Developer: Startup Performance');
  const line = workbench.page.locator('.editor-instance .view-line', { hasText: EXTENSION_ID }).first();
  await line.waitFor();
  const cells = ((await line.textContent()) ?? '')
    .replace(/\u00a0/g, ' ')
    .split('|')
    .map((cell) => cell.trim());
  await workbench.runCommand('View: Close All Editors');
  if (size !== null) {
    await workbench.page.setViewportSize(size);
  }
  const numbers = cells.filter((cell) => /^\d+$/.test(cell)).map(Number);
  const [loadMs, activateMs] = numbers;
  if (loadMs === undefined || activateMs === undefined) {
    throw new Error(`VS Code's table of activations has an unknown form: ${cells.join(' | ')}`);
  }
  return { loadMs, activateMs };
}
