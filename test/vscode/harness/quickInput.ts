import type { Locator, Page } from 'playwright-core';

const PALETTE_ATTEMPTS = 5;
const PALETTE_TIMEOUT_MS = 5_000;

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
    await this.typeIntoPalette(title);
    await this.item(title).click();
    this.command = title;
  }

  /** The titles that the palette finds for a text. */
  async findCommands(text: string): Promise<string[]> {
    await this.typeIntoPalette(text);
    await this.widget.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const titles = await this.items();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** The labels on offer. */
  async items(): Promise<string[]> {
    return await this.widget.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts();
  }

  /**
   * Picks the item with exactly this label from a list that allows one. The first list of a command is asked for again when VS Code
   * has closed it: a palette or a notification that was left just before gives the focus back late, and a list that loses it goes.
   */
  async pick(label: string): Promise<void> {
    const { command } = this;
    this.command = undefined;
    if (command !== undefined) {
      try {
        await this.item(label).click({ timeout: PALETTE_TIMEOUT_MS });
        return;
      } catch {
        if (!(await this.widget.isVisible())) {
          await this.runCommand(command);
          this.command = undefined;
        }
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
      await this.item(label).click();
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
    await this.page.keyboard.press('Enter');
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

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
  }

  /** Presses the key again when a palette that was just about to close took it. */
  private async typeIntoPalette(text: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('F1');
      try {
        await this.input.fill(`>${text}`, { timeout: PALETTE_TIMEOUT_MS });
        return;
      } catch (error) {
        if (attempt === PALETTE_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  private item(label: string): Locator {
    return this.widget
      .locator('.quick-input-list .monaco-list-row', {
        has: this.page.locator('.label-name').getByText(label, { exact: true }),
      })
      .first();
  }
}
