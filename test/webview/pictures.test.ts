import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundleDashboard } from './harness/bundle';
import { DashboardPage } from './harness/dashboardPage';
import { head, ratios, samples, snapshot } from './harness/messages';
import { THEMES, type ThemeName } from './harness/themes';

const FOLDER = join(__dirname, '__screenshots__');
/** Without it the pictures would differ by the time of day. */
const NOW = Date.UTC(2027, 0, 15, 12);

describe('pictures of the dashboard', () => {
  let browser: Browser;
  let bundle: Bundle;

  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
    [browser, bundle] = await Promise.all([launchBrowser(), bundleDashboard()]);
  });

  afterAll(() => browser.close());

  const cases = Object.keys(THEMES).flatMap((theme) =>
    [1_400, 700].map((width) => [theme as ThemeName, width] as const),
  );

  it.each(cases)('%s at %i px: nothing scrolls sideways', async (theme, width) => {
    const dashboard = await DashboardPage.open(browser, bundle, { theme, width });
    const gone = samples(NOW, 60).filter((_, index) => index < 560 || index > 600);
    await dashboard.send({ type: 'snapshot', snapshot: snapshot(NOW, { samples: gone }) });
    await dashboard.page.screenshot({ path: join(FOLDER, `${theme}-${width}.png`), fullPage: true });
    expect(await dashboard.overflow()).toBe(0);
    expect(dashboard.problems).toEqual([]);
    await dashboard.close();
  });

  it.each(['dark', 'hc-light'] as const)(
    '%s while Redis refuses reads: the reason can be read whole',
    async (theme) => {
      const dashboard = await DashboardPage.open(browser, bundle, { theme, width: 900, height: 700 });
      const redis = {
        state: 'refusing-reads',
        reason: `Redis at 10.0.0.7:6379 does not let the user ${'run GET on v1:cache:* '.repeat(12)}`,
      } as const;
      await dashboard.send({ type: 'snapshot', snapshot: snapshot(NOW, { head: head({ redis }) }) });
      const reason = dashboard.page.locator('[data-tile="Redis"] .lines > div').first();
      expect(await reason.evaluate((line) => line.scrollHeight - line.clientHeight)).toBe(0);
      await dashboard.page.screenshot({ path: join(FOLDER, `refusing-reads-${theme}.png`), fullPage: false });
      expect(await dashboard.overflow()).toBe(0);
      expect(dashboard.problems).toEqual([]);
      await dashboard.close();
    },
  );

  it.each(['dark', 'light'] as const)('%s in the side bar: nothing scrolls sideways', async (theme) => {
    const dashboard = await DashboardPage.open(browser, bundle, { theme, width: 300, layout: 'compact' });
    const troubled = head({
      own: ratios(0.62),
      redis: {
        state: 'down',
        reason: 'Nothing listens on 127.0.0.1:6379. Start Redis, or change fleetCache.redis.url.',
      },
    });
    await dashboard.send({ type: 'snapshot', snapshot: snapshot(NOW, { head: troubled }) });
    await dashboard.page.screenshot({ path: join(FOLDER, `compact-${theme}.png`), fullPage: false });
    expect(await dashboard.overflow()).toBe(0);
    expect(dashboard.problems).toEqual([]);
    await dashboard.close();
  });
});
