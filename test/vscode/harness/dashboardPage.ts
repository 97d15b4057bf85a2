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

  /** Texts of the events in sight. */
  async events(): Promise<string> {
    return (await this.frame.locator('section.events').allInnerTexts()).join('\n');
  }
}
