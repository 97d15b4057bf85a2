import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../fixtures/eventually';

/** VS Code on a busy machine; no statement about speed. */
const PALETTE_MS = 60_000;
/** So long a list that was opened is given for one of its rows. */
const ROW_MS = 5_000;
/** So long a command is given to open its list. */
const LIST_MS = 15_000;
const TOGGLED_MS = 2_000;

const OPENS_MS = 5_000;

/** VS Code's box at the top of the window: the command palette, quick picks and input boxes. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;
  /** What was run last, until something is picked from its list. */
  private command: string | undefined;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget:visible');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /** Runs a command from the palette by its full title, category included, as a user would. */
  async runCommand(title: string): Promise<void> {
    await this.typeIntoPalette(title, () => this.item(title).click({ timeout: ROW_MS }));
    this.command = title;
  }

  /** The titles that the palette finds for a text. */
  async findCommands(text: string): Promise<string[]> {
    const row = this.widget.locator('.quick-input-list .monaco-list-row').first();
    await this.typeIntoPalette(text, () => row.waitFor({ timeout: ROW_MS }));
    const titles = await this.items();
    await this.cancel();
    return titles;
  }

  /** The labels on offer. */
  async items(): Promise<string[]> {
    return await this.widget.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
  }

  /**
   * Picks the item with exactly this label from a list that allows one. The first list of a command is asked for again when VS Code
   * has closed it, or has not taken the command.
   */
  async pick(label: string): Promise<void> {
    const { command } = this;
    this.command = undefined;
    if (command !== undefined) {
      await this.widget.waitFor({ timeout: LIST_MS }).catch(() => {});
      if (await isDone(this.item(label).click({ timeout: ROW_MS }))) {
        return;
      }
      if (!(await this.widget.isVisible())) {
        await this.runCommand(command);
        this.command = undefined;
      }
    }
    await this.item(label).click();
  }

  /** Toggles the items with exactly these labels in a list with check boxes, and confirms. VS Code opens the list before its items come. */
  async toggle(...labels: string[]): Promise<void> {
    const ok = this.widget.locator('.quick-input-action .monaco-button', { hasText: 'OK' });
    await ok.waitFor();
    await this.widget.locator('.quick-input-list .monaco-list-row[role="checkbox"]').first().waitFor();
    for (const label of labels) {
      await this.toggleOne(label);
    }
    await ok.click();
  }

  /** Waits a moment for a box, and fails when there is none: whatever was to open it did not. */
  async opens(): Promise<void> {
    await this.input.waitFor({ timeout: OPENS_MS });
  }

  /** Types into the box and confirms. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.confirm();
  }

  /** Presses Enter in the box, wherever the keyboard is. */
  async confirm(): Promise<void> {
    await this.input.press('Enter');
  }

  /** As {@link answer}, into the box that says this below its field: one box follows the other in the same place. */
  async answerTo(prompt: string, text: string): Promise<void> {
    await this.asks(prompt);
    await this.answer(text);
  }

  /** Waits for the box that says this below its field. */
  async asks(prompt: string): Promise<void> {
    await this.widget.locator('.quick-input-message', { hasText: prompt }).waitFor();
  }

  /** Types into the box, for a list that follows what is typed. */
  async type(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
  }

  /** What an input box says below its field, such as why it does not accept the text. */
  async message(): Promise<string> {
    return (await this.widget.locator('.quick-input-message').allInnerTexts()).join('\n');
  }

  /** Closes the box, wherever the keyboard is. */
  async cancel(): Promise<void> {
    if (await this.input.isVisible()) {
      await this.input.press('Escape', { timeout: ROW_MS }).catch(() => {});
    }
  }

  /**
   * Types a text into the palette, again until there is what it is typed for: a box that was just about to close may take the key or
   * the text, and what an extension adds to the palette when it starts is not in one that was opened before.
   */
  private async typeIntoPalette(text: string, found: () => Promise<unknown>): Promise<void> {
    const deadline = Date.now() + PALETTE_MS;
    for (;;) {
      await this.page.keyboard.press('F1');
      try {
        await this.input.fill(`>${text}`, { timeout: ROW_MS });
        await found();
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          throw error;
        }
        await this.cancel();
      }
    }
  }

  /** A click that hits while the list comes does nothing, and is repeated. */
  private async toggleOne(label: string): Promise<void> {
    const item = this.item(label);
    const before = await item.getAttribute('aria-checked');
    const isToggled = async () => assert.notEqual(await item.getAttribute('aria-checked'), before);
    await eventually(async () => {
      await item.click();
      await eventually(isToggled, TOGGLED_MS);
    });
  }

  private item(label: string): Locator {
    return this.widget
      .locator('.quick-input-list .monaco-list-row', {
        has: this.page.locator('.label-name').getByText(label, { exact: true }),
      })
      .first();
  }
}

async function isDone(act: Promise<void>): Promise<boolean> {
  return await act.then(
    () => true,
    () => false,
  );
}
