import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundleDashboard } from './harness/bundle';
import { DashboardPage, type PageOptions } from './harness/dashboardPage';
import { miner, miners, snapshot } from './harness/messages';

const PITCH = 7;

describe('the grid of miners', () => {
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

  async function openFleet(options?: PageOptions): Promise<DashboardPage> {
    dashboard = await DashboardPage.open(browser, bundle, options);
    await dashboard.send({ type: 'snapshot', snapshot: snapshot(Date.now()) });
    return dashboard;
  }

  it('has one cell for each of 5,000 miners, in the colour of its state, and counts them in the legend', async () => {
    const shown = await openFleet();
    const colours = await cellColours(shown, 5_000);
    const states = new Map<string, number>();
    for (const { state } of miners(5_000, 0)) {
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    expect(colours.get('58,127,108')).toBe(states.get('normal'));
    expect(colours.get('86,180,233')).toBe(states.get('paused'));
    const legend = await shown.page.locator('.looks').innerText();
    expect(legend).toMatch(new RegExp(`normal\\s+${states.get('normal')?.toLocaleString('en')}`));
    expect(legend).toMatch(new RegExp(`offline\\s+${states.get('offline')}`));
  });

  it('changes the cells of the miners that changed', async () => {
    const shown = await openFleet();
    const before = await cellColours(shown, 5_000);
    const paused = Array.from({ length: 100 }, (_, index) => ({
      ...miner(index * 23, Date.now()),
      state: 'paused' as const,
    }));
    await shown.send({ type: 'update', update: { miners: paused } });
    const after = await cellColours(shown, 5_000);
    expect((after.get('86,180,233') ?? 0) - (before.get('86,180,233') ?? 0)).toBe(100);
  });

  it('tells of the miner under the pointer, and a click finds it in the tree', async () => {
    const shown = await openFleet();
    const box = await shown.page.locator('.cells').boundingBox();
    // The fourth cell: miners are in the order of their tenants and their numbers.
    await shown.page.mouse.move((box?.x ?? 0) + PITCH * 3 + 3, (box?.y ?? 0) + 3);
    await shown.settle();
    expect(await shown.page.getByRole('tooltip').innerText()).toMatch(
      /^miner-3 site-1[\s\S]*State: normal[\s\S]*Hashrate: [\d.]+ TH\/s \([\d.]+ % of nominal\)[\s\S]*Temperature: \d+ °C/,
    );
    await shown.page.mouse.click((box?.x ?? 0) + PITCH * 3 + 3, (box?.y ?? 0) + 3);
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-3' }]);
    await shown.page.mouse.move(0, 0);
    expect(await shown.page.getByRole('tooltip').count()).toBe(0);
  });

  it('is walked through by keys', async () => {
    const shown = await openFleet();
    await shown.page.locator('.cells').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'Home', 'ArrowRight', 'ArrowRight']) {
      await shown.page.keyboard.press(key);
    }
    expect(await shown.page.locator('.details').innerText()).toMatch(/^miner-2 \(site-1\) · normal/);
    expect(await shown.page.locator('.cells').getAttribute('aria-label')).toContain('miner-2');
    await shown.page.keyboard.press('Enter');
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-2' }]);
  });

  it('keeps its place at a miner when others come before it', async () => {
    const shown = await openFleet();
    await shown.page.locator('.cells').focus();
    await shown.page.keyboard.press('ArrowRight');
    await shown.send({ type: 'update', update: { miners: [{ id: 'a-first', tenant: 'a-site', state: 'normal' }] } });
    expect(await shown.page.locator('.details').innerText()).toMatch(/^miner-1 /);
    await shown.page.keyboard.press('Enter');
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-1' }]);
  });

  it.each(['Temperature', 'Hashrate', 'Freshness'])('is coloured by %s, and the legend adds up', async (mode) => {
    const shown = await openFleet();
    const before = await cellColours(shown, 5_000);
    await shown.page.getByRole('button', { name: mode }).click();
    await shown.settle();
    expect(await cellColours(shown, 5_000)).not.toEqual(before);
    const counts = await shown.page.locator('.looks .legend-value').allInnerTexts();
    expect(counts.map((text) => Number(text.replace(',', ''))).reduce((sum, count) => sum + count, 0)).toBe(5_000);
  });

  it('is a table as well, those in trouble first, and filtered', async () => {
    const shown = await openFleet();
    const fleet = shown.page.locator('.fleet');
    await fleet.getByRole('button', { name: 'Show as table' }).click();
    expect(await fleet.locator('tbody tr').first().innerText()).toMatch(
      /miner-99\s+site-1\s+offline[\s\S]*no answer within 5 s/,
    );
    expect(await fleet.locator('tbody tr').count()).toBe(300);
    await fleet.getByLabel('Filter miners').fill('miner-4711');
    expect(await fleet.locator('tbody tr').count()).toBe(1);
    await fleet.getByRole('button', { name: 'miner-4711' }).click();
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-4711' }]);
  });
});

/** How many cells there are of each colour, read a little off their upper left corners, where no sign is drawn. */
async function cellColours({ page }: DashboardPage, count: number): Promise<ReadonlyMap<string, number>> {
  const colours = await page.locator('.cells').evaluate(
    (canvas: HTMLCanvasElement, [cells, pitch]) => {
      const columns = Math.floor(canvas.clientWidth / pitch);
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return Array.from({ length: cells }, (_, index) => {
        const x = (index % columns) * pitch;
        const y = Math.floor(index / columns) * pitch;
        const at = (y * canvas.width + x) * 4;
        return `${data[at]},${data[at + 1]},${data[at + 2]}`;
      });
    },
    [count, PITCH] as const,
  );
  const counts = new Map<string, number>();
  for (const colour of colours) {
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}
