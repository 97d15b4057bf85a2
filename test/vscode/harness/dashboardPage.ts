import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench';

/** Of a fleet that has room for it. */
const CELL_PX = 24;
/** A window that was reloaded on a busy machine. */
const START_MS = 60_000;

/** When what tells that a miner is offline was drawn, in ms since the epoch. */
export interface SeenOffline {
  readonly cellAt: number;
  readonly eventAt: number;
}

/** The dashboard's page in a window, as a user sees it. */
export class DashboardPage {
  private constructor(readonly frame: Frame) {}

  /** Waits for the page that shows the running fleet, in the tab or in the side bar. */
  static async of(workbench: Workbench, layout: 'panel' | 'compact'): Promise<DashboardPage> {
    const frame = await workbench.webviewFrame(
      `body[data-layout="${layout}"] main:not([hidden]) [data-tile="Miners"]`,
      START_MS,
    );
    return new DashboardPage(frame);
  }

  /** A figure at the top, with what stands below it. */
  async tile(title: string): Promise<string> {
    return (await this.frame.locator(`[data-tile="${title}"]`).allInnerTexts())
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  }

  /** Shows the miners as a table, or as cells again. */
  async toggleMinerTable(): Promise<void> {
    await this.frame.locator('section.fleet').getByRole('button', { name: 'Show as table' }).click();
  }

  /** The cells of a miner's row in the table, from left to right. */
  async minerRow(minerId: string): Promise<readonly string[]> {
    const row = this.frame.locator('section.fleet tr', { has: this.frame.getByText(minerId, { exact: true }) }).first();
    return await row.locator('th, td').allInnerTexts();
  }

  async selectMiner(minerId: string): Promise<void> {
    await this.frame.locator('section.fleet').getByRole('button', { name: minerId, exact: true }).click();
  }

  /** The cells of a dataset's row in the table of policies, from left to right. */
  async policyRow(dataset: string): Promise<readonly string[]> {
    const row = this.frame.locator('section.policies tr', { has: this.frame.getByText(dataset, { exact: true }) });
    return (await row.locator('th, td').allInnerTexts()).map((text) => text.trim());
  }

  /** Shows a chart as a table, or as a chart again. */
  async toggleChartTable(id: string): Promise<void> {
    await this.frame.locator(`[data-chart="${id}"]`).getByRole('button', { name: 'Show as table' }).click();
  }

  /** Of the rates in a chart's table, how much each column comes to: its rows are five seconds apart. */
  async chartSums(id: string, columns: readonly string[]): Promise<readonly number[]> {
    const table = this.frame.locator(`[data-chart="${id}"] table`);
    const heads = await table.locator('thead th').allInnerTexts();
    const rows = await table
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map(({ textContent }) => textContent ?? '')));
    return columns.map((column) => {
      const rates = rows.map((row) => Number.parseFloat(row[heads.indexOf(column)] ?? ''));
      return rates.reduce((sum, rate) => sum + (Number.isNaN(rate) ? 0 : rate * 5), 0);
    });
  }

  /** The miner in a cell of the grid, counted from its start. @throws while the page tells of none. */
  async gridMiner(index: number): Promise<string> {
    await this.frame.locator('.cells').focus();
    await this.frame.locator('.cells').press('Home');
    for (let step = 0; step < index; step++) {
      await this.frame.locator('.cells').press('ArrowRight');
    }
    const [, miner] = /^(.+?) \(/.exec((await this.frame.locator('.details').textContent()) ?? '') ?? [];
    if (miner === undefined) {
      throw new Error(`There is no miner in the cell ${index}.`);
    }
    return miner;
  }

  /** The cells that the grid has room for, where they are as large as those of a small fleet are. */
  async gridSize(): Promise<{ readonly columns: number; readonly rows: number }> {
    return await this.frame.locator('canvas.cells').evaluate((canvas, cellPx) => {
      const { clientWidth, clientHeight } = canvas;
      return { columns: Math.floor(clientWidth / cellPx), rows: clientHeight / cellPx };
    }, CELL_PX);
  }

  /**
   * Begins to look, each time the page is drawn, for a miner's cell in the colour of what is offline and for a new event that says
   * so. Neither may be there yet.
   *
   * @returns what waits for both, and fails after `hangMs`.
   */
  async watchForOffline(cell: number, minerId: string, hangMs: number): Promise<() => Promise<SeenOffline>> {
    const wanted = { cell, minerId, hangMs, cellPx: CELL_PX };
    const watching = this.frame.locator('canvas.cells').evaluate(async (canvas, { cell, minerId, hangMs, cellPx }) => {
      const page = canvas.ownerDocument.defaultView;
      const probe = page.document.createElement('canvas').getContext('2d');
      const ink = canvas.getContext('2d');
      probe.fillStyle = page.getComputedStyle(page.document.body).getPropertyValue('--fc-miss').trim();
      probe.fillRect(0, 0, 1, 1);
      const offline = probe.getImageData(0, 0, 1, 1).data.join();
      // Above the cross, and below the mark of the keyboard's place.
      const columns = Math.floor(canvas.clientWidth / cellPx);
      const [x, y] = [(cell % columns) * cellPx + cellPx / 2, Math.floor(cell / columns) * cellPx + 3];
      const scale = page.devicePixelRatio;
      const events = () => [...page.document.querySelectorAll('.event.kind-status')];
      const known = new Set(events().map(({ dataset }) => dataset.id));
      const isEvent = () =>
        events().some(
          ({ dataset, textContent }) => !known.has(dataset.id) && textContent.includes(`${minerId} is offline`),
        );
      const deadline = Date.now() + hangMs;
      const seen: { cellAt?: number; eventAt?: number } = {};
      while (seen.cellAt === undefined || seen.eventAt === undefined) {
        await new Promise((resolve) => page.requestAnimationFrame(resolve));
        const now = Date.now();
        if (seen.cellAt === undefined && ink.getImageData(x * scale, y * scale, 1, 1).data.join() === offline) {
          seen.cellAt = now;
        }
        if (seen.eventAt === undefined && isEvent()) {
          seen.eventAt = now;
        }
        if (now > deadline) {
          throw new Error(`not seen in time: cell ${seen.cellAt}, event ${seen.eventAt}`);
        }
      }
      return { cellAt: seen.cellAt, eventAt: seen.eventAt };
    }, wanted);
    // It may fail before it is waited for.
    watching.catch(() => {});
    // What the page is asked comes in its turn: now it looks.
    await this.frame.locator('canvas.cells').getAttribute('class');
    return () => watching;
  }

  /** Texts of the events in sight. */
  async events(): Promise<string> {
    return (await this.frame.locator('section.events').allInnerTexts()).join('\n');
  }
}
