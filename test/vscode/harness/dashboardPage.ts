import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench';

/** The dashboard's page in a window, as a user sees it. */
export class DashboardPage {
  private constructor(readonly frame: Frame) {}

  /** Waits for the page that shows the running fleet, in the tab or in the side bar. */
  static async of(workbench: Workbench, layout: 'panel' | 'compact'): Promise<DashboardPage> {
    const frame = await workbench.webviewFrame(`body[data-layout="${layout}"] main:not([hidden]) [data-tile="Miners"]`);
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

  /** Texts of the events in sight. */
  async events(): Promise<string> {
    return (await this.frame.locator('section.events').allInnerTexts()).join('\n');
  }
}
