import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../fixtures/eventually';

/** VS Code on a busy machine; no statement about speed. */
const SAID_MS = 60_000;
/** So long a notification is looked for where it comes, before it is looked for in the list of all. */
const COMES_MS = 8_000;
const LISTED_MS = 3_000;
const CLICK_MS = 5_000;

/**
 * The notifications of a window. VS Code shows the first of several that come within a second, and takes them off the screen after
 * some seconds; all that nobody put away are in its list.
 */
export class Notifications {
  /** On the screen, or in the list while that is open. */
  private readonly shown: Locator;
  private readonly list: Locator;

  constructor(private readonly page: Page) {
    this.shown = page.locator('.notification-toast, .notifications-center.visible .monaco-list-row');
    this.list = page.locator('.notifications-center.visible');
  }

  /** The newest first. */
  async texts(): Promise<string[]> {
    return await this.shown.locator('.notification-list-item-message').allInnerTexts();
  }

  one(text: string): Locator {
    return this.shown.filter({ hasText: text }).first();
  }

  /** Waits for one with a text. @returns all of its text. */
  async said(text: string | RegExp, withinMs = SAID_MS): Promise<string> {
    const found = async () => {
      const all = await this.texts();
      const one = all.find((each) => (typeof text === 'string' ? each.includes(text) : text.test(each)));
      assert.ok(one !== undefined, `no notification that says ${text} in ${JSON.stringify(all)}`);
      return one ?? '';
    };
    return await eventually(async () => {
      const shown = await eventually(found, COMES_MS).catch(() => undefined);
      return shown ?? (await this.inList(found));
    }, withinMs);
  }

  async press(text: string, button: string): Promise<void> {
    const press = () =>
      this.one(text).locator('.monaco-button', { hasText: button }).first().click({ timeout: CLICK_MS });
    await this.said(text);
    await eventually(() => press().catch(() => this.inList(press)), SAID_MS);
  }

  /** Looks into the list, which is open meanwhile. */
  private async inList<T>(look: () => Promise<T>): Promise<T> {
    await this.showList(true);
    try {
      return await eventually(look, LISTED_MS);
    } finally {
      await this.showList(false);
    }
  }

  private async showList(isShown: boolean): Promise<void> {
    if ((await this.list.isVisible()) !== isShown) {
      await this.page.locator('.statusbar-item[id="status.notifications"] a').click({ timeout: CLICK_MS });
    }
  }
}
