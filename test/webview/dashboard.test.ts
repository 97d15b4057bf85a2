import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventRow } from '../../src/protocol/dashboard';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundleDashboard } from './harness/bundle';
import { DashboardPage, type PageOptions } from './harness/dashboardPage';
import { event, head, miner, ratios, sample, samples, snapshot } from './harness/messages';

const POLL = { timeout: 20_000 };

describe('the dashboard', () => {
  let browser: Browser;
  let bundle: Bundle;
  let dashboard: DashboardPage | undefined;

  beforeAll(async () => {
    [browser, bundle] = await Promise.all([launchBrowser(), bundleDashboard()]);
  });

  afterEach(async () => {
    const { problems } = dashboard ?? { problems: [] };
    await dashboard?.close();
    dashboard = undefined;
    expect(problems).toEqual([]);
  });

  afterAll(() => browser.close());

  async function open(options?: PageOptions): Promise<DashboardPage> {
    dashboard = await DashboardPage.open(browser, bundle, options);
    return dashboard;
  }

  it('says that it is ready, and that it waits, until the host speaks', async () => {
    const { page, ...rest } = await open();
    expect(rest.problems).toEqual([]);
    expect(await dashboard?.sent()).toEqual([{ type: 'ready' }]);
    expect(await page.getByRole('status').textContent()).toBe('Loading …');
    expect(await page.getByRole('main').count()).toBe(0);
  });

  it('says which message it has drawn, once for all that one frame has drawn, and counts what came before each', async () => {
    const shown = await open();
    const drawn = async () => (await shown.sent()).filter(({ type }) => type === 'drawn');
    const now = Date.now();
    const counted = (number: number) => ({ type: 'update', number, update: { eventCounts: { status: 5 } } }) as const;
    await shown.send({ type: 'snapshot', number: 1, snapshot: snapshot(now) }, counted(2), counted(3));
    // It says so after the frame, when the frame that this waited for may not be over yet.
    await expect.poll(drawn, POLL).toEqual([{ type: 'drawn', number: 3 }]);
    await shown.send({ type: 'update', update: {} });
    expect(await drawn()).toHaveLength(1);
    await shown.send({ type: 'snapshot', number: 4, snapshot: snapshot(now, { eventCounts: { status: 7 } }) });
    await expect.poll(async () => (await drawn()).at(-1), POLL).toEqual({ type: 'drawn', number: 4 });
    expect(await shown.page.getByRole('button', { name: /^Status/ }).innerText()).toBe('Status 17');
  });

  it('does not say that it has drawn what no frame has shown', async () => {
    const shown = await open();
    await shown.page.evaluate(() => {
      const frames: FrameRequestCallback[] = [];
      window.requestAnimationFrame = (callback) => frames.push(callback);
      Object.assign(window, {
        waiting: frames,
        seeAgain: () => frames.splice(0).forEach((callback) => void callback(0)),
      });
    });
    const seeAgain = () => shown.page.evaluate(() => (window as unknown as { seeAgain(): void }).seeAgain());
    const message = JSON.stringify({ type: 'snapshot', number: 1, snapshot: snapshot(Date.now()) });
    await shown.page.evaluate((text) => window.postMessage(text, '*'), message);
    await expect
      .poll(() => shown.page.evaluate(() => (window as unknown as { waiting: unknown[] }).waiting.length), POLL)
      .toBeGreaterThan(0);
    expect(await shown.sent()).toEqual([{ type: 'ready' }]);
    await expect
      .poll(async () => {
        // One frame for the charts, one for the rest.
        await seeAgain();
        return await shown.sent();
      }, POLL)
      .toEqual([{ type: 'ready' }, { type: 'drawn', number: 1 }]);
  });

  it('shows the figures at the top, for this window and for all', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    const tile = (name: string) => shown.page.locator(`[data-tile="${name}"]`);
    expect(await tile('Hit ratio').innerText()).toMatch(/91\.2 %[\s\S]*target 80 %[\s\S]*93\.2 %\s+91\.2 %\s+88\.2 %/);
    expect(await tile('Hit ratio').innerText()).toMatch(/all\s+95\.4 %\s+93\.4 %\s+90\.4 %/);
    expect(await tile('Lookups').innerText()).toContain('413/s');
    expect(await tile('Latency').innerText()).toMatch(/Miss\s+18\.4 ms\s+64\.0 ms\s+180 ms/);
    expect(await tile('Redis').innerText()).toMatch(/up[\s\S]*0\.42 ms round trip[\s\S]*46\.1 MB of 256 MB in use/);
    expect(await tile('Miners').innerText()).toMatch(/4,871[\s\S]*online of 5,000[\s\S]*61 offline/);
    expect(await tile('Instances').innerText()).toContain('3');
  });

  it('draws the charts of a large fleet before it knows the miners, and says nothing of those until it does', async () => {
    const shown = await open();
    const { miners, events, policies, ...first } = snapshot(Date.now());
    await shown.send({ type: 'snapshot', number: 1, snapshot: first });
    expect(await shown.page.locator('.uplot canvas').count()).toBe(4);
    expect(await shown.page.locator('.fleet').isVisible()).toBe(false);
    expect(await shown.page.locator('.events').isVisible()).toBe(false);
    await shown.send({ type: 'rest', number: 2, rest: { miners, events, policies } });
    expect(await shown.page.locator('.fleet canvas.cells').isVisible()).toBe(true);
    expect(await shown.page.locator('.fleet canvas.cells').getAttribute('aria-label')).toBe('5,000 miners');
    expect(await shown.page.locator('.events').isVisible()).toBe(true);
    const drawn = async () =>
      (await shown.sent()).flatMap((message) => (message.type === 'drawn' ? [message.number] : []));
    await expect.poll(drawn, POLL).toEqual([1, 2]);
  });

  it('marks a ratio under its target by an icon and in words', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now(), { head: head({ own: ratios(0.7) }) }) });
    const tile = shown.page.locator('[data-tile="Hit ratio"]');
    expect(await tile.innerText()).toContain('under the target of 80 %');
    expect(await tile.locator('.icon-warning').count()).toBe(1);
    expect(await shown.page.locator('.policies tr.is-under').innerText()).toMatch(/miner:errors[\s\S]*under target/);
  });

  it('shows a lost Redis at once, with the reason, and what is not known as a dash', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    const { all: _, instances: __, ...known } = head({ redis: { state: 'down', reason: 'Nothing listens there.' } });
    await shown.send({ type: 'update', update: { head: known } });
    const redis = shown.page.locator('[data-tile="Redis"]');
    expect(await redis.innerText()).toMatch(/down[\s\S]*Nothing listens there\./);
    expect(await redis.locator('.icon-error').count()).toBe(1);
    expect(await shown.page.locator('[data-tile="Instances"]').innerText()).toMatch(/–[\s\S]*not known now/);
    expect(await shown.page.locator('[data-tile="Hit ratio"]').innerText()).toMatch(/all\s+–\s+–\s+–/);
  });

  it.each([
    ['refusing-writes', 'refuses writes', 'warning'],
    ['refusing-reads', 'refuses reads', 'error'],
  ] as const)('shows a Redis that is %s as such, with the reason', async (state, text, icon) => {
    const shown = await open();
    const redis = { state, reason: 'Redis at h:1 does not let the user.', latencyMs: 0.5 };
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now(), { head: head({ redis }) }) });
    const tile = shown.page.locator('[data-tile="Redis"]');
    expect(await tile.innerText()).toMatch(
      new RegExp(`^Redis\\s+${text}\\s+Redis at h:1 does not let the user\\.\\s+0\\.50 ms`),
    );
    expect(await tile.locator(`.icon-${icon}`).count()).toBe(1);
  });

  it('lists when the cache was filled ahead, and hides it when that is not wanted', async () => {
    const shown = await open();
    const now = Date.now();
    const text = 'Warming ended: 40 fetched, 8 fresh already, 0 failed';
    const warm: EventRow = { id: '1800000000001-0', at: now, kind: 'warm', text, by: 'host-1' };
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { events: [] }) });
    await shown.send({ type: 'update', update: { events: [warm], eventCounts: { warm: 1 } } });
    expect(await shown.page.locator('.event').innerText()).toMatch(/Warming[\s\S]*Warming ended: 40 fetched/);
    await shown.page.getByRole('button', { name: 'Warming 1' }).click();
    expect(await shown.page.locator('.event').count()).toBe(0);
  });

  it('says why there is nothing to show, offers ways out, and comes back whole', async () => {
    const shown = await open();
    const reason = 'There is no fleet.json in this folder.';
    await shown.send({
      type: 'snapshot',
      snapshot: snapshot(Date.now(), { availability: { state: 'unavailable', reason } }),
    });
    expect(await shown.page.getByRole('status').textContent()).toBe(reason);
    expect(await shown.page.getByRole('main').count()).toBe(0);
    await shown.page.getByRole('button', { name: 'Start Demo Fleet' }).click();
    expect(await shown.requests()).toEqual([{ kind: 'runCommand', command: 'startDemo' }]);
    await shown.send({ type: 'update', update: { availability: { state: 'running' } } });
    expect(await shown.page.getByRole('status').textContent()).toBe('');
    expect(await shown.page.locator('[data-tile="Hit ratio"]').innerText()).toContain('91.2 %');
    expect(await shown.page.locator('.event').count()).toBeGreaterThan(5);
  });

  it('says what to do where there is nothing yet', async () => {
    const shown = await open();
    const nothing = head({ own: { hitRatio: {}, sourceOffload: {} }, all: { hitRatio: {}, sourceOffload: {} } });
    const empty = { head: nothing, samples: [], miners: [], events: [], policies: [] };
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now(), empty) });
    const text = await shown.page.getByRole('main').innerText();
    expect(text).toContain('Nothing has been read through the cache yet.');
    expect(text).toContain('There are no miners in the inventory yet.');
    expect(text).toContain('No message has come yet.');
    expect(await shown.page.locator('canvas:visible').count()).toBe(0);
  });

  it('tells what the host refuses', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    await shown.page.getByRole('button', { name: 'Warm Cache…' }).click();
    const [, request] = await shown.sent();
    expect(request).toMatchObject({ type: 'request', request: { kind: 'runCommand', command: 'warm' } });
    await shown.send({
      type: 'refused',
      id: request?.type === 'request' ? request.id : -1,
      reason: 'No miner answers.',
    });
    expect(await shown.page.locator('.notice').innerText()).toBe('No miner answers.');
  });

  it('draws all charts with their latest values, and other values under the pointer', async () => {
    const shown = await open();
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { samples: samples(now, 60) }) });
    for (const id of ['hit-ratio', 'lookups', 'latency', 'memory']) {
      expect(await inkOf(shown, `[data-chart="${id}"] .uplot canvas`)).toBeGreaterThan(200);
    }
    const legend = shown.page.locator('[data-chart="lookups"] .legend');
    const latest = await legend.innerText();
    expect(latest).toMatch(/L1 hit\s+\d[\d,.]*\/s[\s\S]*Bypass\s+[\d.]+\/s/);
    const plot = await shown.page.locator('[data-chart="lookups"] .u-over').boundingBox();
    await shown.page.mouse.move((plot?.x ?? 0) + (plot?.width ?? 0) * 0.3, (plot?.y ?? 0) + 40);
    await shown.settle();
    expect(await legend.innerText()).not.toBe(latest);
    expect(await shown.page.locator('[data-chart="hit-ratio"] .marks-text').innerText()).toMatch(/^\d\d:\d\d:\d\d: ▲/);
  });

  it('draws latencies that are far apart, of which not all marks have room for a text', async () => {
    const shown = await open();
    const now = Date.now();
    const apart = samples(now, 10).map((each) => ({ ...each, hitMs: 0.02, missMs: 900 }));
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { samples: apart }) });
    expect(await inkOf(shown, '[data-chart="latency"] .uplot canvas')).toBeGreaterThan(1_000);
    await shown.page.setViewportSize({ width: 1_100, height: 900 });
    await shown.settle();
    expect(await inkOf(shown, '[data-chart="latency"] .uplot canvas')).toBeGreaterThan(1_000);
  });

  it('draws its charts anew when the window has another size', async () => {
    const shown = await open({ state: { range: '5m' } });
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    for (const [width, height] of [
      [1_100, 700],
      [1_280, 1_060],
      [700, 500],
      [1_217, 1_000],
    ] as const) {
      await shown.page.setViewportSize({ width, height });
      await shown.settle();
      for (const id of ['hit-ratio', 'lookups', 'latency', 'memory']) {
        expect(await inkOf(shown, `[data-chart="${id}"] .uplot canvas`), `${id} at ${width} px`).toBeGreaterThan(200);
      }
      expect(await shown.overflow()).toBe(0);
    }
  });

  it('G9 draws a gap in the history as a gap, and says so in the table', async () => {
    const shown = await open({ state: { range: '5m' } });
    const now = Date.now();
    const gone = samples(now, 10).filter(({ at }) => at < now - 200_000 || at > now - 100_000);
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { samples: gone }) });
    const [before, within, after] = [0.1, 0.5, 0.9].map((share) => coloursAt(shown, 'lookups', share));
    expect((await before)?.size).toBeGreaterThan(0);
    expect((await after)?.size).toBeGreaterThan(0);
    expect((await within)?.size).toBe(0);
    await shown.page.locator('[data-chart="lookups"]').getByRole('button', { name: 'Show as table' }).click();
    expect(await shown.page.locator('[data-chart="lookups"] tbody').innerText()).toContain('(no data)');
  });

  it('zooms by the pointer and by keys, for all charts, and back', async () => {
    const shown = await open();
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    const reset = shown.page.getByRole('button', { name: 'Reset zoom' });
    expect(await reset.isVisible()).toBe(false);
    const box = await shown.page.locator('[data-chart="latency"] .u-over').boundingBox();
    const [x, y, width] = [box?.x ?? 0, box?.y ?? 0, box?.width ?? 0];
    await shown.page.mouse.move(x + width * 0.4, y + 30);
    await shown.page.mouse.down();
    await shown.page.mouse.move(x + width * 0.6, y + 40, { steps: 4 });
    await shown.page.mouse.up();
    await shown.settle();
    expect(await reset.isVisible()).toBe(true);
    await reset.click();
    expect(await reset.isVisible()).toBe(false);
    await shown.page.locator('[data-chart="memory"] .plot').focus();
    await shown.page.keyboard.press('+');
    expect(await reset.isVisible()).toBe(true);
    await shown.page.keyboard.press('ArrowLeft');
    await shown.page.keyboard.press('Escape');
    expect(await reset.isVisible()).toBe(false);
  });

  it('stands still while it is paused, and catches up', async () => {
    const shown = await open({ state: { range: '1m' } });
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    const charts = shown.page.locator('.charts');
    await charts.getByRole('button', { name: 'Pause' }).click();
    const legend = shown.page.locator('[data-chart="memory"] .legend');
    const before = await legend.innerText();
    const later = { ...sample(now + 5_000, 3), redisMemoryBytes: 200_000_000 };
    await shown.send({ type: 'update', update: { sentAt: now + 5_000, samples: [later] } });
    expect(await legend.innerText()).toBe(before);
    await charts.getByRole('button', { name: 'Resume' }).click();
    await shown.settle();
    expect(await legend.innerText()).toContain('191 MB');
  });

  it('keeps what was chosen, and comes back with it', async () => {
    const first = await open();
    await first.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    await first.page.getByRole('button', { name: '6 h' }).click();
    await first.page.getByRole('button', { name: 'Temperature' }).click();
    await first.page.getByLabel('Filter by miner').fill('miner-12');
    await first.page.getByRole('button', { name: /^Bypass/ }).click();
    const state = await first.keptState();
    await first.close();
    const second = await open({ state });
    await second.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    const pressed = (name: string | RegExp) => second.page.getByRole('button', { name }).getAttribute('aria-pressed');
    expect(await Promise.all([pressed('6 h'), pressed('Temperature'), pressed(/^Bypass/)])).toEqual([
      'true',
      'true',
      'false',
    ]);
    expect(await second.page.getByLabel('Filter by miner').inputValue()).toBe('miner-12');
    expect(await second.page.locator('.event .miner').allInnerTexts()).not.toContain('miner-399');
  });

  it('takes on another theme at once', async () => {
    const shown = await open({ theme: 'dark' });
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    const background = () => shown.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(31, 31, 31)');
    const dark = await coloursAt(shown, 'lookups', 0.5);
    await shown.setTheme('light');
    expect(await background()).toBe('rgb(255, 255, 255)');
    const light = await coloursAt(shown, 'lookups', 0.5);
    expect(dark.has('86,180,233')).toBe(true);
    expect(light.has('0,114,178')).toBe(true);
    expect(light.has('86,180,233')).toBe(false);
  });

  it('does not slide when reduced motion is asked for, but for new samples', async () => {
    const shown = await open({ reducedMotion: 'reduce', state: { range: '1m' } });
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    await shown.page.mouse.move(0, 0);
    const picture = () =>
      shown.page
        .locator('[data-chart="latency"] .uplot canvas')
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    // Two of the page's seconds, by which a chart that slides has slid.
    await shown.page.waitForTimeout(2_200);
    expect(await picture()).toBe(before);
    await shown.send({ type: 'update', update: { sentAt: now + 5_000, samples: [sample(now + 5_000, 3)] } });
    expect(await picture()).not.toBe(before);
  });

  it('has landmarks, headings, and one polite live region', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    expect(await shown.page.getByRole('main').count()).toBe(1);
    expect(await shown.page.getByRole('banner').count()).toBe(1);
    expect(await shown.page.getByRole('heading', { level: 1 }).allInnerTexts()).toEqual(['Fleet Cache']);
    for (const name of ['Overview', 'History', 'Miners', 'Events', 'Policies']) {
      expect(await shown.page.getByRole('region', { name, exact: true }).count()).toBe(1);
    }
    expect(await shown.page.locator('[aria-live]').count()).toBe(1);
    const unnamed = await shown.page
      .locator('button, input')
      .evaluateAll((all) =>
        all.filter((each) => !each.textContent && !each.getAttribute('aria-label')).map((each) => each.outerHTML),
      );
    expect(unnamed).toEqual([]);
  });

  it('is compact in the side bar: figures, one chart, and who is in trouble', async () => {
    const shown = await open({ layout: 'compact', width: 280 });
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    expect(await shown.page.locator('.chart').count()).toBe(1);
    expect(await shown.page.locator('.events, .fleet, .policies').count()).toBe(0);
    expect(await shown.overflow()).toBe(0);
    const trouble = shown.page.locator('.trouble-list');
    expect(await trouble.innerText()).toMatch(/^miner-99\s+offline: no answer within 5 s/);
    await trouble.getByRole('button', { name: 'miner-99', exact: true }).click();
    await shown.page.getByRole('button', { name: 'Open Dashboard' }).click();
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-99' }, { kind: 'openPanel' }]);
    const well = [miner(1, now)];
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { miners: well }) });
    expect(await shown.page.locator('.trouble').innerText()).toContain('No miner is in trouble.');
  });

  it('shows events, counts them exactly in a burst, and stays bounded', async () => {
    const shown = await open();
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now, { events: [] }) });
    const updates = Array.from({ length: 100 }, (_, round) => ({
      type: 'update' as const,
      update: {
        events: Array.from({ length: 20 }, (_, index) => event(round * 200 + 180 + index, now)),
        eventCounts: { status: 50, fill: 50, invalidated: 50, config: 50 },
      },
    }));
    await shown.send(...updates);
    expect(await shown.page.locator('.events .rate').innerText()).toContain('20,000 since opened');
    expect(await shown.page.getByRole('button', { name: 'Invalidated 5,000' }).count()).toBe(1);
    expect(await shown.page.locator('.event').first().innerText()).toMatch(/Config\s+miner-499/);
    expect(await shown.page.locator('.event').count()).toBeLessThan(60);
    const height = await shown.page.locator('.event-spacer').evaluate((spacer) => spacer.clientHeight);
    expect(height).toBe(2_000 * 22);
  });

  it('filters events by kind, miner, tenant and text, and finds the miner of one', async () => {
    const shown = await open();
    await shown.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    const kinds = async () => [...new Set(await shown.page.locator('.event .kind').allInnerTexts())];
    expect((await kinds()).sort()).toEqual(['Config', 'Fill', 'Invalidated', 'Status']);
    await shown.page.getByRole('button', { name: 'Fill' }).click();
    await shown.page.getByRole('button', { name: 'Config' }).click();
    expect((await kinds()).sort()).toEqual(['Invalidated', 'Status']);
    await shown.page.getByLabel('Filter by text').fill('summary');
    expect(await kinds()).toEqual(['Invalidated']);
    await shown.page.getByLabel('Filter by miner').fill('miner-398');
    expect(await shown.page.locator('.event').count()).toBe(1);
    await shown.page.locator('.event').getByRole('button', { name: 'miner-398' }).click();
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-398' }]);
    await shown.page.getByLabel('Filter by tenant').fill('elsewhere');
    expect(await shown.page.locator('.events').innerText()).toContain('No event matches the filter.');
  });

  it('holds the list of events while it is paused, counts on, and misses none', async () => {
    const shown = await open();
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    const events = shown.page.locator('.events');
    await events.getByRole('button', { name: 'Pause' }).click();
    await shown.send({ type: 'update', update: { events: [event(400, now), event(401, now)] } });
    expect(await shown.page.locator('.event .miner').first().innerText()).toBe('miner-399');
    expect(await events.locator('.rate').innerText()).toContain('2 since opened');
    await events.getByRole('button', { name: 'Resume' }).click();
    const first = await shown.page.locator('.event .miner').allInnerTexts();
    expect(first.slice(0, 3)).toEqual(['miner-401', 'miner-400', 'miner-399']);
  });

  it('lets who reads older events go on reading them', async () => {
    const shown = await open();
    const now = Date.now();
    await shown.send({ type: 'snapshot', snapshot: snapshot(now) });
    const scroller = shown.page.locator('.event-scroller');
    await scroller.evaluate((element) => element.scrollTo({ top: 2_200 }));
    await shown.settle();
    const top = () =>
      shown.page.evaluate(() => {
        const box = document.querySelector('.event-scroller')?.getBoundingClientRect();
        return document.elementFromPoint((box?.left ?? 0) + 200, (box?.top ?? 0) + 5)?.closest('li')?.dataset.id;
      });
    await scroller.scrollIntoViewIfNeeded();
    const before = await top();
    expect(before).toBeDefined();
    await shown.send({ type: 'update', update: { events: [event(400, now), event(401, now), event(402, now)] } });
    expect(await top()).toBe(before);
  });
});

/** How many pixels of a canvas have been drawn on. */
async function inkOf({ page }: DashboardPage, selector: string): Promise<number> {
  return await page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let ink = 0;
    for (let index = 3; index < data.length; index += 4) {
      ink += data[index] === 0 ? 0 : 1;
    }
    return ink;
  });
}

/** The bright colours in a column of a chart, at a share of its width: those of data, not of the hatching or the axes. */
async function coloursAt({ page }: DashboardPage, chart: string, share: number): Promise<ReadonlySet<string>> {
  const colours = await page.locator(`[data-chart="${chart}"] .uplot`).evaluate((root, at) => {
    const canvas = root.querySelector('canvas');
    const over = root.querySelector('.u-over');
    if (!(canvas instanceof HTMLCanvasElement) || !(over instanceof HTMLElement)) {
      return [];
    }
    const scale = canvas.width / canvas.clientWidth;
    const x = Math.round((over.offsetLeft + over.clientWidth * at) * scale);
    const data = canvas.getContext('2d')?.getImageData(x, 0, 1, canvas.height).data ?? [];
    const seen: string[] = [];
    for (let index = 0; index < data.length; index += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = [...data.slice(index, index + 4)];
      if (alpha === 255 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) {
        seen.push(`${red},${green},${blue}`);
      }
    }
    return seen;
  }, share);
  return new Set(colours);
}
