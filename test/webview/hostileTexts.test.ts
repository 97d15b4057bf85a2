import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventRow, MinerCell, Snapshot } from '../../src/protocol/dashboard';
import { HOSTILE_TEXTS } from '../fixtures/hostileTexts';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundleDashboard } from './harness/bundle';
import { DashboardPage } from './harness/dashboardPage';
import { counts, head, policies, sample, snapshot } from './harness/messages';

describe('texts that somebody else made', () => {
  let browser: Browser;
  let bundle: Bundle;

  beforeAll(async () => {
    [browser, bundle] = await Promise.all([launchBrowser(), bundleDashboard()]);
  });

  afterAll(() => browser.close());

  const cases = Object.entries(HOSTILE_TEXTS).flatMap(([name, text]) =>
    (['panel', 'compact'] as const).map((layout) => [name, layout, text] as const),
  );

  it.each(cases)('are only shown: %s in the %s', async (_, layout, text) => {
    const width = layout === 'panel' ? 700 : 280;
    const dashboard = await DashboardPage.open(browser, bundle, { layout, width });
    const elements = () => dashboard.page.locator('script, img, iframe, style, object, a').count();
    const before = await elements();
    await dashboard.send({ type: 'snapshot', snapshot: hostileSnapshot(text) });
    for (const name of layout === 'panel'
      ? await dashboard.page.getByRole('button', { name: 'Show as table' }).all()
      : []) {
      await name.click();
    }
    await dashboard.settle();
    expect(await elements()).toBe(before);
    expect(await dashboard.overflow()).toBe(0);
    expect(await dashboard.page.locator('body').evaluate((body) => (body.textContent ?? '').length)).toBeLessThan(
      200_000,
    );
    const tall = await dashboard.page
      .locator('tr, li, .tile')
      .evaluateAll((all) => all.filter((each) => each.clientHeight > 420).length);
    expect(tall).toBe(0);
    expect(dashboard.problems).toEqual([]);
    await dashboard.close();
  });

  it('are told to the host as they are', async () => {
    const dashboard = await DashboardPage.open(browser, bundle, { layout: 'compact', width: 280 });
    const id = '<b>\u202emin\u0000er</b>';
    await dashboard.send({ type: 'snapshot', snapshot: hostileSnapshot(id) });
    await dashboard.page.locator('.trouble-list button').first().click();
    expect(await dashboard.requests()).toEqual([{ kind: 'revealMiner', minerId: id }]);
    expect(await dashboard.page.locator('.trouble-list button').first().innerText()).toBe('<b>·min·er</b>');
    await dashboard.close();
  });

  it('say why nothing is shown, as text', async () => {
    const dashboard = await DashboardPage.open(browser, bundle, { width: 300 });
    const reason = HOSTILE_TEXTS['an image that fails'];
    await dashboard.send({ type: 'update', update: { availability: { state: 'unavailable', reason } } });
    expect(await dashboard.page.getByRole('status').innerText()).toBe(reason);
    expect(dashboard.problems).toEqual([]);
    await dashboard.close();
  });
});

/** The text wherever one can come from outside. */
function hostileSnapshot(text: string): Snapshot {
  const now = Date.now();
  const states: readonly MinerCell['state'][] = ['offline', 'normal', text as MinerCell['state']];
  const rows = ['status', 'invalidated', text].map(
    (kind, index): EventRow => ({
      id: `1-${index}`,
      at: now,
      kind: kind as EventRow['kind'],
      minerId: text,
      tenant: text,
      text,
      cascade: [text, text],
      by: text,
    }),
  );
  const datasets = Object.fromEntries([[text, counts(100, 90)]]);
  return snapshot(now, {
    head: head({ redis: { state: 'down', reason: text } }),
    miners: states.map((state, index) => ({
      id: index === 0 ? text : `${text}${index}`,
      tenant: text,
      state,
      reason: text,
    })),
    events: rows,
    policies: policies().map((row) => ({ ...row, dataset: text, strategy: text })),
    samples: Array.from({ length: 60 }, (_, index) => ({ ...sample(now - (59 - index) * 5_000, index), datasets })),
  });
}
