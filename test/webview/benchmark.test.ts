import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/host/benchmark/present';
import type { BenchmarkView } from '../../src/protocol/benchmark';
import { benchmarkReport } from '../fixtures/benchmarkReport';
import { HOSTILE_TEXTS } from '../fixtures/hostileTexts';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundlePage } from './harness/bundle';
import { DashboardPage, type PageOptions } from './harness/dashboardPage';
import { THEMES, type ThemeName } from './harness/themes';

const FOLDER = join(__dirname, '__screenshots__');

describe('the page of a benchmark', () => {
  let browser: Browser;
  let bundle: Bundle;
  let shown: DashboardPage | undefined;

  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
    [browser, bundle] = await Promise.all([launchBrowser(), bundlePage('benchmark')]);
  });

  afterEach(async () => {
    const { problems } = shown ?? { problems: [] };
    await shown?.close();
    shown = undefined;
    expect(problems).toEqual([]);
  });

  afterAll(() => browser.close());

  async function open(options: PageOptions = {}): Promise<DashboardPage> {
    shown = await DashboardPage.open(browser, bundle, { ...options, layout: 'benchmark' });
    return shown;
  }

  const buttons = (page: DashboardPage) => page.page.getByRole('button').allInnerTexts();
  const view = (factor?: number) =>
    present(
      benchmarkReport({ run: 'now' }, factor),
      factor === undefined ? undefined : benchmarkReport({ run: 'then' }),
    );

  it('says that it is ready, waits, and says why there is nothing to show', async () => {
    const page = await open();
    expect(await page.sent()).toEqual([{ type: 'ready' }]);
    expect(await page.page.getByRole('status').innerText()).toBe('Loading …');
    await page.send({ type: 'empty', reason: 'Not kept any more.' });
    expect(await page.page.getByRole('status').innerText()).toBe('Not kept any more.');
    expect(await buttons(page)).toEqual(['Run Again']);
  });

  it('shows every figure in tables, and remembers which run it shows', async () => {
    const page = await open();
    await page.send({ type: 'view', view: view() });
    expect(await page.keptState()).toEqual({ run: 'now' });
    const table = page.page.getByRole('table', { name: 'Read from Redis (L2)' });
    expect(await table.locator('tr').nth(1).locator('th, td').allInnerTexts()).toEqual([
      'p50',
      '100 µs',
      '2 %, from 97 µs to 103 µs',
    ]);
    await page.page.locator('#scenario-l2-latency-heading').scrollIntoViewIfNeeded();
    const repeats = page.page.locator('.scenario-l2-latency details');
    await repeats.locator('summary').click();
    expect(await repeats.locator('tbody tr').first().locator('th, td').allInnerTexts()).toEqual([
      'p50',
      '97 µs',
      '99 µs',
      '100 µs',
      '101 µs',
      '103 µs',
    ]);
    expect(await page.page.locator('.scenario-messages').innerText()).toContain('No message arrived.');
    expect(await page.page.getByRole('table', { name: 'Machine and Redis' }).innerText()).toContain(
      '7.2.1, standalone',
    );
    const chart = page.page.getByRole('img', { name: /^What a read takes\. From the miners: p50 12 ms, p95 24 ms/ });
    expect(await chart.count()).toBe(1);
    expect(await page.page.locator('.chart canvas').count()).toBeGreaterThanOrEqual(4);
  });

  it('shows what became of each figure, with a verdict that is no colour alone, and stops when it is told to', async () => {
    const page = await open();
    await page.send({ type: 'view', view: view(2) });
    expect(await page.keptState()).toEqual({ run: 'now', comparedWith: 'then' });
    const worse = page.page.locator('.scenario-l2-latency .verdict-worse').first();
    expect(await worse.innerText()).toBe('+100 %, worse');
    expect(await worse.locator('svg.icon-warning').count()).toBe(1);
    expect(await page.page.locator('.scenario-l2-throughput .verdict-better').first().innerText()).toBe(
      '+100 %, better',
    );
    expect(await buttons(page)).toContain('Stop Comparing');
    await page.send({ type: 'view', view: view() });
    expect(await buttons(page)).not.toContain('Stop Comparing');
  });

  it('asks the host for what its buttons say', async () => {
    const page = await open();
    await page.send({ type: 'view', view: view(2) });
    for (const name of await buttons(page)) {
      await page.page.getByRole('button', { name, exact: true }).click();
    }
    expect((await page.sent()).slice(1)).toEqual(
      ['runAgain', 'compare', 'stopComparing', 'exportMarkdown', 'exportJson'].map((request) => ({
        type: 'request',
        request,
      })),
    );
  });

  it.each(Object.entries(HOSTILE_TEXTS))('only shows texts that somebody else made: %s', async (_, text) => {
    const page = await open({ width: 700 });
    const elements = () => page.page.locator('script, img, iframe, style, object, a').count();
    const before = await elements();
    const report = benchmarkReport({
      connection: { name: text, address: text },
      redis: { version: text, mode: text, system: text, masters: 1, denied: [text] },
      notes: [text],
    });
    await page.send({ type: 'view', view: present(report, benchmarkReport()) });
    expect(await elements()).toBe(before);
    expect(await page.overflow()).toBe(0);
  });

  const cases = Object.keys(THEMES).flatMap((theme) =>
    [1_200, 600].map((width) => [theme as ThemeName, width] as const),
  );

  it.each(cases)('%s at %i px: nothing scrolls sideways', async (theme, width) => {
    const page = await open({ theme, width });
    await page.send({ type: 'view', view: { ...view(1.6), title: 'Benchmark' } satisfies BenchmarkView });
    expect(await page.overflow()).toBe(0);
    await page.page.screenshot({ path: join(FOLDER, `benchmark-${theme}-${width}.png`), fullPage: true });
  });

  it('is drawn in the colours of a theme that is changed', async () => {
    const page = await open({ theme: 'dark' });
    await page.send({ type: 'view', view: view() });
    const picture = () => page.page.locator('[data-chart="reads"] canvas').first().screenshot();
    const before = await picture();
    await page.setTheme('light');
    expect((await picture()).equals(before)).toBe(false);
  });
});
