import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { CHECKOUT } from '../../../scripts/checkout';
import { launchBrowser } from './browser';
import { Notifications } from './notifications';
import { QuickInput } from './quickInput';
import { TreeView } from './treeView';
import type { VsCodeServer } from './vscodeServer';

/** One entry of the status bar. */
export interface StatusBarItem {
  /** `<publisher>.<extension>.<id>` */
  readonly id: string;
  readonly text: string;
  /** What a screen reader says: text and tooltip. */
  readonly accessibleName: string;
}

/** A width and a height in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const SCREENSHOTS = join(CHECKOUT, 'test', 'vscode', '__screenshots__');
const DEFAULT_SIZE: Size = { width: 1280, height: 800 };
const OPEN_TIMEOUT_MS = 60_000;
const CONTAINER_TIMEOUT_MS = 5_000;
const FRAME_TIMEOUT_MS = 30_000;
/** So long a frame is given to answer: one that goes away may not. */
const FRAME_ANSWERS_MS = 3_000;
const DIALOG_MS = 45_000;
/** For what must not be waited for: a dialog that was asked for may have to be asked for again. */
const DIALOG_SOON_MS = 2_000;
const POLL_MS = 100;

/** VS Code does it every five seconds, when it is idle. */
const STORED_TIMEOUT_MS = 60_000;

/** Runs in the window: resolves to what its storage says of open editors. */
const STORED_EDITORS = `(async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    if (name.startsWith('vscode-web-state-db')) {
      const database = await answer(indexedDB.open(name));
      try {
        const items = database.transaction('ItemTable').objectStore('ItemTable');
        texts.push(await answer(items.get('memento/workbench.parts.editor')));
      } finally {
        database.close();
      }
    }
  }
  return texts.join();
})()`;

/** A VS Code window in a browser, driven as a user would drive it. */
export class Workbench {
  readonly quickInput: QuickInput;
  private readonly messages: Notifications;

  private constructor(
    /** For what the helpers here do not cover. */
    readonly page: Page,
    private readonly closing: () => Promise<void>,
  ) {
    this.quickInput = new QuickInput(page);
    this.messages = new Notifications(page);
  }

  /** Opens the server's folder in a browser of its own and waits until the workbench is drawn. */
  static async open(server: Pick<VsCodeServer, 'url'>, size: Size = DEFAULT_SIZE): Promise<Workbench> {
    const browser = await launchBrowser();
    try {
      const permissions = ['clipboard-read', 'clipboard-write'];
      const context = await browser.newContext({ viewport: size, permissions });
      return await Workbench.load(await context.newPage(), server, () => browser.close());
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.closing();
  }

  /** Leaves the window, as closing it does: its extension host ends, instead of waiting for the window to come back. */
  async leave(): Promise<void> {
    await this.page.goto('about:blank');
  }

  /** Reloads the window, as "Developer: Reload Window" does: the extension host starts anew. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilDrawn();
  }

  /**
   * Waits until an editor is among those that VS Code has stored, which a browser's window does every few seconds only, and not as
   * it is left.
   *
   * @param viewType of the editor's webview.
   * @param isOpen whether the editor is open, or was closed.
   */
  async untilStored(viewType: string, isOpen = true): Promise<void> {
    const deadline = Date.now() + STORED_TIMEOUT_MS;
    while ((await this.page.evaluate<string>(STORED_EDITORS)).includes(viewType) !== isOpen) {
      if (Date.now() > deadline) {
        throw new Error(`VS Code has not stored that the editor ${viewType} is ${isOpen ? 'open' : 'closed'}`);
      }
      await this.page.waitForTimeout(200);
    }
  }

  async runCommand(title: string): Promise<void> {
    await this.quickInput.runCommand(title);
  }

  /** Shows a view container of the activity bar, by its title. */
  async openViewContainer(title: string): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-item:has([aria-label^="${title}"])`).first();
    await tab.waitFor();
    const shown = this.page.locator('.sidebar .composite.title', { hasText: title });
    const deadline = Date.now() + OPEN_TIMEOUT_MS;
    // The workbench may be restoring its side bar at this moment; a click that comes just after hides it again.
    while (!(await shown.isVisible()) && Date.now() < deadline) {
      await tab.click();
      await shown.waitFor({ timeout: CONTAINER_TIMEOUT_MS }).catch(() => {});
    }
    await shown.waitFor();
  }

  treeView(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  async statusBarItems(): Promise<StatusBarItem[]> {
    return await this.page.locator('.statusbar-item').evaluateAll((elements) =>
      elements.map((element) => ({
        id: element.id,
        text: (element.textContent ?? '').trim(),
        accessibleName: element.getAttribute('aria-label') ?? '',
      })),
    );
  }

  /** A status bar entry by its full id. */
  statusBarItem(id: string): Locator {
    return this.page.locator(`.statusbar-item[id="${id}"]`);
  }

  /** The texts of the notifications on the screen, the newest first. */
  async notifications(): Promise<string[]> {
    return await this.messages.texts();
  }

  /** Waits for a notification with a text. @returns all of its text. */
  async said(text: string | RegExp, withinMs?: number): Promise<string> {
    return await this.messages.said(text, withinMs);
  }

  /** A notification on the screen that contains a text. */
  notification(text: string): Locator {
    return this.messages.one(text);
  }

  async pressNotificationButton(text: string, button: string): Promise<void> {
    await this.messages.press(text, button);
  }

  clipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  async setClipboard(text: string): Promise<void> {
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  }

  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** Title and detail of the modal dialog; waits for one. */
  async dialogText(timeoutMs = DIALOG_MS): Promise<string> {
    const message = this.dialog().locator('.dialog-message-container');
    await message.waitFor({ timeout: timeoutMs });
    return (await message.allInnerTexts()).join('\n');
  }

  /** As {@link dialogText}, and fails soon where there is none. */
  async shownDialogText(): Promise<string> {
    return await this.dialogText(DIALOG_SOON_MS);
  }

  /** Answers the dialog that is there with *Cancel*. There may be none. */
  async cancelDialog(): Promise<void> {
    if (await this.dialog().isVisible()) {
      await this.pressDialogButton('Cancel');
    }
  }

  async dialogButtons(): Promise<string[]> {
    return await this.dialog().locator('.monaco-button').allInnerTexts();
  }

  /** Waits until this dialog has gone; another one may be there by then. */
  async pressDialogButton(label: string): Promise<void> {
    const button = this.dialog().getByRole('button', { name: label, exact: true });
    const pressed = await button.elementHandle();
    await button.click();
    await pressed?.waitForElementState('hidden');
  }

  /** The innermost frame of the webview that has an element for `selector`, such as `text=Hit ratio`. */
  async webviewFrame(selector: string, timeoutMs = FRAME_TIMEOUT_MS): Promise<Frame> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames().filter((each) => each !== this.page.mainFrame())) {
        // A frame may go away while it is being asked.
        const count = frame.locator(selector).count();
        const unanswered = this.page.waitForTimeout(FRAME_ANSWERS_MS).then(() => 0);
        if ((await Promise.race([count, unanswered]).catch(() => 0)) > 0) {
          return frame;
        }
      }
      await this.page.waitForTimeout(POLL_MS);
    }
    throw new Error(`no webview showed ${selector} within ${timeoutMs / 1000} s`);
  }

  /** Saves a picture of the window as `__screenshots__/<name>.png`, at a given size or the present one. */
  async screenshot(name: string, size?: Size): Promise<string> {
    const before = this.page.viewportSize();
    if (size !== undefined) {
      await this.page.setViewportSize(size);
      await this.page.waitForTimeout(500);
    }
    await mkdir(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    if (size !== undefined && before !== null) {
      await this.page.setViewportSize(before);
    }
    return path;
  }

  private static async load(
    page: Page,
    { url }: Pick<VsCodeServer, 'url'>,
    closing: () => Promise<void>,
  ): Promise<Workbench> {
    page.setDefaultNavigationTimeout(OPEN_TIMEOUT_MS);
    await page.goto(url);
    const workbench = new Workbench(page, closing);
    await workbench.waitUntilDrawn();
    return workbench;
  }

  private dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  private async waitUntilDrawn(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: OPEN_TIMEOUT_MS });
  }
}
