import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../vscode/harness/browser';
import { type Bundle, bundleDashboard } from './harness/bundle';
import { DashboardPage, type PageOptions } from './harness/dashboardPage';
import { miner, miners, snapshot } from './harness/messages';
import { THEMES, type ThemeName } from './harness/themes';

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

  it('takes over states alone, of miners that it knows, and counts them in its legend', async () => {
    const shown = await openFleet();
    const [before, paused] = [await cellColours(shown, 5_000), shown.page.locator('.looks li', { hasText: 'paused' })];
    const ids = Array.from({ length: 100 }, (_, index) => `miner-${index * 23}`);
    await shown.send(
      { type: 'update', update: { minerStates: { paused: [...ids, 'stranger'] } } },
      { type: 'update', update: { minerStates: { normal: ids.slice(0, 10) } } },
    );
    const after = await cellColours(shown, 5_000);
    expect((after.get('86,180,233') ?? 0) - (before.get('86,180,233') ?? 0)).toBe(90);
    expect(await paused.innerText()).toContain(after.get('86,180,233')?.toLocaleString('en') ?? 'none');
    await shown.page.getByLabel('Colour by').getByRole('button', { name: 'Hashrate' }).click();
    await shown.page.getByLabel('Colour by').getByRole('button', { name: 'State' }).click();
    expect(await cellColours(shown, 5_000)).toEqual(after);
  });

  it('shows what changed while it was a table, when it is a grid again', async () => {
    const shown = await openFleet();
    const before = await cellColours(shown, 5_000);
    const asTable = shown.page.locator('.fleet').getByRole('button', { name: 'Show as table' });
    await asTable.click();
    await shown.send({ type: 'update', update: { minerStates: { paused: ['miner-0', 'miner-23'] } } });
    await asTable.click();
    await shown.settle();
    const after = await cellColours(shown, 5_000);
    expect((after.get('86,180,233') ?? 0) - (before.get('86,180,233') ?? 0)).toBe(2);
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
    await shown.page.keyboard.press('Enter');
    expect(await shown.requests()).toEqual([{ kind: 'revealMiner', minerId: 'miner-2' }]);
  });

  it.each(Object.keys(THEMES) as ThemeName[])(
    'shows where the keyboard is by a ring that stands out, in %s',
    async (theme) => {
      const shown = await openFleet({ theme });
      const ring = shown.page.locator('.cell-ring');
      expect(await ring.isVisible()).toBe(false);
      await shown.page.locator('.cells').focus();
      for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) {
        await shown.page.keyboard.press(key);
      }
      const [cells, around] = [await shown.page.locator('.cells').boundingBox(), await ring.boundingBox()];
      const [left, top] = [(around?.x ?? 0) - (cells?.x ?? 0), (around?.y ?? 0) - (cells?.y ?? 0)];
      expect([left, top]).toEqual([2 * PITCH - 3, PITCH - 3]);
      expect([around?.width, around?.height]).toEqual([PITCH + 5, PITCH + 5]);
      const { variables } = THEMES[theme];
      const colour = await ring.evaluate((element) => getComputedStyle(element).borderColor);
      expect(colour).toBe(rgbOf(variables['--vscode-focusBorder']));
      expect(contrast(colour, rgbOf(variables['--vscode-editor-background']))).toBeGreaterThan(3);
      // At the edges it is whole as well.
      await shown.page.keyboard.press('Home');
      const corner = await ring.boundingBox();
      expect([corner?.x, corner?.y]).toEqual([cells?.x, cells?.y]);
      await shown.page.locator('.cells').blur();
      expect(await ring.isVisible()).toBe(false);
    },
  );

  it('tells screen readers the miner at the keyboard’s place, and which of how many it is', async () => {
    const shown = await openFleet();
    const active = () => activeOption(shown);
    await shown.page.locator('.cells').focus();
    expect(await active()).toEqual({ name: expect.stringMatching(/^miner-0 \(site-1\) · normal/), place: '1 of 5000' });
    await shown.page.keyboard.press('ArrowRight');
    const former = await shown.page.locator('.cells').getAttribute('aria-activedescendant');
    expect(await active()).toEqual({ name: expect.stringMatching(/^miner-1 \(site-1\)/), place: '2 of 5000' });
    // Only that another one is active is told.
    await shown.page.keyboard.press('ArrowRight');
    expect(await shown.page.locator('.cells').getAttribute('aria-activedescendant')).not.toBe(former);
    expect(await active()).toEqual({ name: expect.stringMatching(/^miner-2 \(site-1\)/), place: '3 of 5000' });
    await shown.send({ type: 'update', update: { miners: [{ ...miner(2, Date.now()), state: 'paused' }] } });
    expect((await active())?.name).toMatch(/^miner-2 \(site-1\) · paused/);
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

/** What the browser tells a screen reader of the focused list: the option that is active in it. */
async function activeOption({ page }: DashboardPage): Promise<{ name: string; place: string } | undefined> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const of = (node: (typeof nodes)[number] | undefined, name: string) =>
    node?.properties?.find((property) => property.name === name)?.value;
  const list = nodes.find((node) => node.role?.value === 'listbox' && of(node, 'focused')?.value === true);
  const active = of(list, 'activedescendant')?.relatedNodes?.[0]?.backendDOMNodeId;
  const option = nodes.find((node) => node.role?.value === 'option' && node.backendDOMNodeId === active);
  const element = page.locator(`#${await page.locator('.cells').getAttribute('aria-activedescendant')}`);
  const place = await Promise.all(['aria-posinset', 'aria-setsize'].map((name) => element.getAttribute(name)));
  return option === undefined ? undefined : { name: String(option.name?.value), place: place.join(' of ') };
}

function rgbOf(hex: string): string {
  return `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
}

/** As WCAG reckons it. */
function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [a, b].map(luminance).sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(rgb: string): number {
  const [red = 0, green = 0, blue = 0] = (rgb.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
