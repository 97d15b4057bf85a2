import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Not `fleet.json`, which would activate the extension while the window starts. */
const INVENTORY = 'miners.json';
/** So long after a reload the window's own start is over: what is measured is the extension, not its neighbours. */
const SETTLE_MS = 8_000;
const NOTED_MS = 3_000;

/**
 * What a user waits for who opens the view in a window that is up: loading and activating the extension in a real
 * extension host, and the Miners tree of 200 miners, from the activation on until every row has its state, with an empty
 * cache and with a warm one.
 */
export async function measureStartup(report: (line: string) => void): Promise<Figure[]> {
  const ttl = { 'miner:status': TTL_S, 'miner:stats': TTL_S };
  const fleet = await FleetWorkspace.start({
    miners: MINERS,
    tenants: 4,
    firstNetwork: 230,
    settings: { 'fleetCache.ttl': ttl, 'fleetCache.inventory': INVENTORY },
  });
  const inventoryPath = join(fleet.folder, INVENTORY);
  await rename(fleet.inventory, inventoryPath);
  const redis = new Redis(fleet.redis.port, '127.0.0.1');
  const server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
  const { createRuntime } = await loadRuntime();
  const services = await createRuntime({
    kind: 'server',
    watch: false,
    inventoryPath,
    redis: { url: fleet.redis.url, commandTimeoutMs: 1_000 },
    ttls: ttl,
    credentials: environmentCredentials(fleet.environment),
    logger: silentLogger,
  });
  const load: number[] = [];
  const activate: number[] = [];
  const fill: Record<'cold' | 'warm', number[]> = { cold: [], warm: [] };
  const workbench = await Workbench.open(server, { width: 1400, height: 900 });
  try {
    for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
      for (const cache of ['cold', 'warm'] as const) {
        await workbench.openViewContainer('Explorer');
        // VS Code notes late which view to restore.
        await workbench.page.waitForTimeout(NOTED_MS);
        await workbench.reload();
        await workbench.page.waitForTimeout(SETTLE_MS);
        if (cache === 'cold') {
          await redis.flushall();
        } else {
          await services.warmer.warm(services.inventory.current.miners, ['status', 'stats'], { concurrency: 64 });
        }
        const filledAt = workbench.page.evaluate<number>(WHEN_FILLED);
        await workbench.openViewContainer('Fleet Cache');
        fill[cache].push((await filledAt) - (await activatedAt(server)));
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
  await workbench.runCommand('Developer: Startup Performance');
  await workbench.page.locator('.editor-instance .view-line').first().waitFor();
  // The editor draws only the lines in sight.
  await workbench.page.keyboard.press('Control+f');
  await workbench.page.keyboard.type(EXTENSION_ID);
  await workbench.page.keyboard.press('Enter');
  const line = workbench.page.locator('.editor-instance .view-line', { hasText: EXTENSION_ID }).first();
  await line.waitFor({ state: 'attached' });
  const cells = ((await line.textContent()) ?? '')
    .replace(/\u00a0/g, ' ')
    .split('|')
    .map((cell) => cell.trim());
  await workbench.runCommand('View: Close All Editors');
  const numbers = cells.filter((cell) => /^\d+$/.test(cell)).map(Number);
  const [loadMs, activateMs] = numbers;
  if (loadMs === undefined || activateMs === undefined) {
    throw new Error(`VS Code's table of activations has an unknown form: ${cells.join(' | ')}`);
  }
  return { loadMs, activateMs };
}
