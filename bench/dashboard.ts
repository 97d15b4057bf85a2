import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, CDPSession, Frame } from 'playwright-core';
import { selfContainedOptions } from '../scripts/bundles.js';
import { CHECKOUT } from '../scripts/checkout';
import { startTestRedis } from '../test/fixtures/redis';
import { launchBrowser } from '../test/vscode/harness/browser';
import { bundleDashboard } from '../test/webview/harness/bundle';
import type { Comparison, Goal, Measure } from './comparison';
import { MINERS } from './dashboard/fleet';
import type { HostArgument, HostQuestion, HostReport } from './dashboard/hostProcess';
import type { IdleReport } from './dashboard/idleProcess';
import { COUNTED_KINDS, type Probe, webviewFiles } from './dashboard/pages';
import type { BurstOrder, BurstReport } from './dashboard/publisherProcess';
import { answerOf } from './ownProcess';

const BURST: BurstOrder = { perSecond: 20_000, seconds: 10 };
/** Fills what has a bound, and warms what is compiled. */
const WARM_UP: BurstOrder = { perSecond: 20_000, seconds: 3 };
const REPETITIONS = 3;
const OPENINGS = 5;
/** The longest that the end of a burst takes to be drawn. */
const SETTLE_MS = 10_000;
const QUIET_MS = 1_500;

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

/** The page in its frame, as it is shown. */
class ShownDashboard {
  private constructor(
    private readonly frame: Frame,
    private readonly session: CDPSession,
  ) {}

  /** When the navigation began, in ms since the epoch. */
  openedAt = Number.NaN;
  /** From there to the first chart. */
  openedMs = Number.NaN;

  static async open(browser: Browser, port: number): Promise<ShownDashboard> {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    const begun = Date.now();
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'commit' });
    const element = await page.waitForSelector('iframe', { state: 'attached' });
    const frame = await element.contentFrame();
    if (frame === null) {
      throw new Error('the page has no frame');
    }
    await frame.waitForSelector('.uplot canvas');
    const session = await page.context().newCDPSession(frame);
    const shown = new ShownDashboard(frame, session);
    shown.openedAt = begun;
    shown.openedMs = (await shown.probe('firstChartAt')) - begun;
    return shown;
  }

  async close(): Promise<void> {
    await this.frame.page().context().close();
  }

  /** Bytes that are in use after a collection. */
  async heap(): Promise<number> {
    await this.session.send('HeapProfiler.collectGarbage');
    await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    return usedSize;
  }

  /** Has events published, and sees what of them is drawn, and when. */
  async watch(publisher: ChildProcess, order: BurstOrder, host = publisher, idle?: ChildProcess) {
    const countedBefore = await this.counted();
    await this.evaluate('probe.frames.length = probe.drawn.length = 0');
    const { published, states } = await ask<BurstReport>(publisher, order);
    const frames = await this.probe('frames');
    const during = host === publisher ? EMPTY_REPORT : await ask<HostReport>(host, 'end' satisfies HostQuestion);
    const { delayP99: idleDelayP99 } = idle === undefined ? { delayP99: 0 } : await ask<IdleReport>(idle, 'end');
    const total = published.at(-1)?.[1] ?? 0;
    await this.until(countedBefore + total);
    // Nothing more comes: what would be counted twice would be by now.
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const drawn = await this.probe('drawn');
    return {
      frames,
      during,
      idleDelayP99,
      latencies: latenciesOf(published, drawn, countedBefore),
      uncounted: Math.abs((await this.counted()) - countedBefore - total),
      wrongStates: await this.wrongStates(states),
    };
  }

  private async probe<K extends keyof Probe>(name: K): Promise<Probe[K]> {
    return await this.evaluate(`probe.${name}`);
  }

  /** Past the page's policy, which forbids the driver's own way. */
  private async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.session.send('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  }

  private async until(count: number): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    while ((await this.counted()) < count && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** All events as the page shows their number. */
  private async counted(): Promise<number> {
    const texts = await this.frame.locator('.events .filters button').allInnerTexts();
    return texts
      .map((text) => /^(\w+) ([\d,]+)$/.exec(text) ?? [])
      .filter(([, kind = '']) => COUNTED_KINDS.includes(kind))
      .reduce((sum, [, , count = '0']) => sum + Number(count.replaceAll(',', '')), 0);
  }

  /** By how many miners the states that the grid's legend counts differ from those that were published. */
  private async wrongStates(states: BurstReport['states']): Promise<number> {
    const shown = new Map<string, number>();
    for (const text of await this.frame.locator('.looks li').allInnerTexts()) {
      const [, label = '', count = '0'] = /^([a-z ]+?)\s*([\d,]+)$/.exec(text) ?? [];
      shown.set(label.replaceAll(' ', '-'), Number(count.replaceAll(',', '')));
    }
    const differences = Object.entries(states).map(([state, count]) => Math.abs((shown.get(state) ?? 0) - count));
    return differences.reduce((sum, each) => sum + each, 0);
  }
}

const EMPTY_REPORT: HostReport = {
  port: 0,
  heap: 0,
  delayP99: 0,
  delayMax: 0,
  cpu: 0,
  messages: 0,
  snapshotBytes: 0,
  restBytes: 0,
  updateBytes: 0,
  opening: { asked: 0, ready: 0, sent: 0 },
};

/** For each event, from its publishing to the end of the first frame that has it in its counts. */
function latenciesOf(published: BurstReport['published'], drawn: Probe['drawn'], countedBefore: number): number[] {
  const latencies: number[] = [];
  let [at, counted] = [0, 0];
  for (const [publishedAt, count] of published) {
    while (at < drawn.length && (drawn[at]?.[1] ?? 0) - countedBefore < count) {
      at++;
    }
    const latency = (drawn[at]?.[0] ?? Number.POSITIVE_INFINITY) - publishedAt;
    for (; counted < count; counted++) {
      latencies.push(latency);
    }
  }
  return latencies;
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

async function ask<T>(child: ChildProcess, question: unknown): Promise<T> {
  const answer = answerOf<T>(child);
  child.send(question as string);
  return await answer;
}
