import type { ChildProcess } from 'node:child_process';
import type { Browser, CDPSession, Frame } from 'playwright-core';
import { ask } from '../ownProcess';
import type { HostQuestion, HostReport } from './hostProcess';
import type { IdleReport } from './idleProcess';
import { COUNTED_KINDS, type Probe } from './pages';
import type { BurstOrder, BurstReport } from './publisherProcess';

/** The longest that the end of a burst takes to be drawn. */
const SETTLE_MS = 10_000;
const QUIET_MS = 1_500;

/** The page in its frame, as it is shown. */
export class ShownDashboard {
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
