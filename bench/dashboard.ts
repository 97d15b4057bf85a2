import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { selfContainedOptions } from '../scripts/bundles.js';
import { CHECKOUT } from '../scripts/checkout';
import { startTestRedis } from '../test/fixtures/redis';
import { launchBrowser } from '../test/vscode/harness/browser';
import { bundleDashboard } from '../test/webview/harness/bundle';
import type { Comparison, Goal, Measure } from './comparison';
import { MINERS } from './dashboard/fleet';
import type { HostArgument, HostQuestion, HostReport } from './dashboard/hostProcess';
import type { IdleReport } from './dashboard/idleProcess';
import { webviewFiles } from './dashboard/pages';
import type { BurstOrder } from './dashboard/publisherProcess';
import { ShownDashboard } from './dashboard/shownDashboard';
import { answerOf, ask } from './ownProcess';

const BURST: BurstOrder = { perSecond: 20_000, seconds: 10 };
/** Fills what has a bound, and warms what is compiled. */
const WARM_UP: BurstOrder = { perSecond: 20_000, seconds: 3 };
const REPETITIONS = 3;
const OPENINGS = 5;

/** What one burst came to. */
interface BurstFigures {
  readonly framesPerSecond: number;
  readonly worstSecond: number;
  readonly delayP99: number;
  readonly delayMax: number;
  /** Of a process that does nothing. */
  readonly idleDelayP99: number;
  readonly drawnP50: number;
  readonly drawnP99: number;
  readonly uncounted: number;
  readonly wrongStates: number;
  readonly hostGrowth: number;
  readonly pageGrowth: number;
  readonly hostCpu: number;
  readonly updatesPerSecond: number;
  readonly updateBytes: number;
}

/** For one opening, in ms since the navigation: what came when. */
interface OpeningFigures {
  readonly asked: number;
  readonly ready: number;
  readonly sent: number;
  /** The first chart. */
  readonly drawn: number;
}

/** A burst of events, from Redis over the extension host's side to what a real Chromium has drawn. */
export async function measureDashboard(report: (line: string) => void): Promise<Comparison> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
  const [redis, browser, page] = await Promise.all([startTestRedis(), launchBrowser(), bundleDashboard()]);
  const children: ChildProcess[] = [];
  try {
    const bundle = join(directory, 'process.js');
    const entryPoints = [join(CHECKOUT, 'bench', 'dashboard', 'process.ts')];
    await build({ ...selfContainedOptions(), entryPoints, outfile: bundle, minify: true });
    const start = async (role: string, argument: string) => {
      const child = fork(bundle, [role], { execArgv: ['--expose-gc'] });
      children.push(child);
      child.send(argument);
      await answerOf(child);
      return child;
    };
    const files = webviewFiles(page.script, page.styles);
    const host = await start('hostProcess', JSON.stringify({ redisPort: redis.port, files } satisfies HostArgument));
    const publisher = await start('publisherProcess', String(redis.port));
    const idle = await start('idleProcess', '');
    const { port } = await ask<HostReport>(host, 'memory' satisfies HostQuestion);
    const openings = await measureOpenings(browser, host, port, report);
    const shown = await ShownDashboard.open(browser, port);
    const bursts: BurstFigures[] = [];
    await shown.watch(publisher, WARM_UP);
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      bursts.push(await measureBurst(shown, host, publisher, idle));
      report(`burst ${repetition + 1} of ${REPETITIONS}: ${JSON.stringify(bursts.at(-1))}`);
    }
    const { snapshotBytes, restBytes } = await ask<HostReport>(host, 'memory' satisfies HostQuestion);
    const sizes = { script: Buffer.byteLength(page.script), snapshot: snapshotBytes, rest: restBytes };
    return comparisonOf(bursts, openings, sizes);
  } finally {
    for (const child of children) {
      child.kill('SIGKILL');
    }
    await browser.close();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function comparisonOf(
  bursts: readonly BurstFigures[],
  openings: readonly OpeningFigures[],
  sizes: Readonly<Record<'script' | 'snapshot' | 'rest', number>>,
): Comparison {
  const openingsOf = (name: keyof OpeningFigures) => openings.map((opening) => opening[name]);
  const valuesOf = (name: keyof BurstFigures) => bursts.map((burst) => burst[name]);
  const measure = (contender: string, unit: string, values: readonly number[]): Measure => ({
    contender,
    unit,
    values,
  });
  const atMost = (name: string, unit: string, values: readonly number[], limit: number): Goal => {
    return { name, unit, values, limit, bound: 'atMost' };
  };
  return {
    title: `${BURST.perSecond.toLocaleString('en')} events/s for ${BURST.seconds} s, ${MINERS.toLocaleString('en')} miners`,
    measures: [
      measure('frames in the worst second', '/s', valuesOf('worstSecond')),
      measure('host: longest event loop delay', 'ms', valuesOf('delayMax')),
      measure('a process that does nothing: event loop delay, p99', 'ms', valuesOf('idleDelayP99')),
      measure('published to drawn, p50', 'ms', valuesOf('drawnP50')),
      measure('host: CPU', '% of a core', valuesOf('hostCpu')),
      measure('updates', '/s', valuesOf('updatesPerSecond')),
      measure('an update at the end of the burst', 'kB', valuesOf('updateBytes')),
      measure('opened until the frame asks for its page', 'ms', openingsOf('asked')),
      measure('until the page says that it is ready', 'ms', openingsOf('ready')),
      measure('until the host has sent what charts need', 'ms', openingsOf('sent')),
      measure('what charts need', 'kB', [sizes.snapshot / 1_024]),
      measure('the rest of all there is', 'kB', [sizes.rest / 1_024]),
    ],
    goals: [
      { name: 'frames', unit: '/s', values: valuesOf('framesPerSecond'), limit: 50, bound: 'atLeast' },
      atMost('host: event loop delay, p99', 'ms', valuesOf('delayP99'), 20),
      atMost('published to drawn, p99', 'ms', valuesOf('drawnP99'), 150),
      atMost('events not counted, or twice', '', valuesOf('uncounted'), 0),
      atMost('miners not in their last state', '', valuesOf('wrongStates'), 0),
      atMost('host: heap grown by the burst', 'kB', valuesOf('hostGrowth'), 1_024),
      atMost('page: heap grown by the burst', 'kB', valuesOf('pageGrowth'), 1_024),
      atMost('script, minified', 'kB', [sizes.script / 1_024], 200),
      atMost('opened to first chart', 'ms', openingsOf('drawn'), 400),
    ],
  };
}

async function measureBurst(
  shown: ShownDashboard,
  host: ChildProcess,
  publisher: ChildProcess,
  idle: ChildProcess,
): Promise<BurstFigures> {
  const pageBefore = await shown.heap();
  const before = await ask<HostReport>(host, 'begin' satisfies HostQuestion);
  await ask<IdleReport>(idle, 'begin');
  const { frames, latencies, uncounted, wrongStates, during, idleDelayP99 } = await shown.watch(
    publisher,
    BURST,
    host,
    idle,
  );
  const after = await ask<HostReport>(host, 'memory' satisfies HostQuestion);
  const pageAfter = await shown.heap();
  const sorted = latencies.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    framesPerSecond: frames.length / BURST.seconds,
    worstSecond: worstSecond(frames),
    delayP99: during.delayP99,
    delayMax: during.delayMax,
    idleDelayP99,
    drawnP50: quantile(0.5),
    drawnP99: quantile(0.99),
    uncounted,
    wrongStates,
    hostGrowth: (after.heap - before.heap) / 1_024,
    pageGrowth: (pageAfter - pageBefore) / 1_024,
    hostCpu: during.cpu * 100,
    updatesPerSecond: during.messages / BURST.seconds,
    updateBytes: during.updateBytes / 1_024,
  };
}

/** From the navigation until a chart of six hours of history is drawn, each time in a page of its own. */
async function measureOpenings(
  browser: Browser,
  host: ChildProcess,
  port: number,
  report: (line: string) => void,
): Promise<OpeningFigures[]> {
  const openings: OpeningFigures[] = [];
  for (let opening = 0; opening <= OPENINGS; opening++) {
    const shown = await ShownDashboard.open(browser, port);
    // The first one compiles what the others find.
    if (opening > 0) {
      const { asked, ready, sent } = (await ask<HostReport>(host, 'memory' satisfies HostQuestion)).opening;
      const after = (at: number) => at - shown.openedAt;
      const figures = { asked: after(asked), ready: after(ready), sent: after(sent), drawn: shown.openedMs };
      openings.push(figures);
      report(`opening ${opening} of ${OPENINGS}: ${JSON.stringify(figures)}`);
    }
    await shown.close();
  }
  return openings;
}

function worstSecond(frames: readonly number[]): number {
  const [first = 0] = frames;
  const seconds = new Array<number>(BURST.seconds).fill(0);
  for (const at of frames) {
    const second = Math.floor((at - first) / 1_000);
    if (second < seconds.length) {
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
  }
  return Math.min(...seconds);
}
