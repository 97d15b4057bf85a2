import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../fixtures/eventually';

const MENU_OPENS_MS = 200;
const MENU_CLOSES_MS = 2_000;
const MENU_ATTEMPTS = 5;
/** VS Code on a busy machine; no statement about speed. */
const LISTED_MS = 60_000;
const EFFECT_MS = 8_000;
const EXPANDS_MS = 2_000;
const EXPAND_ATTEMPTS = 5;

/** One row of a tree view as a user sees it. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 for a root. */
  readonly level: number;
  /** Undefined for a row that cannot be opened. */
  readonly expanded: boolean | undefined;
  /** The codicon's name without `codicon-`; undefined without one. */
  readonly icon: string | undefined;
  /** What a screen reader says. */
  readonly accessibleName: string;
}

/** A tree view of the side bar, found by its title. Rows that are scrolled out of sight do not exist for it. */
export class TreeView {
  private readonly pane: Locator;

  constructor(
    private readonly page: Page,
    title: string,
  ) {
    this.pane = page.locator('.pane', {
      has: page.locator('.pane-header h3.title', { hasText: new RegExp(`^${escapePattern(title)}$`) }),
    });
  }

  /** Opens the view's section if it is folded. */
  async expandSection(): Promise<void> {
    const header = this.pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'false') {
      await header.click();
    }
  }

  /** The rows in sight, from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    const rows = await this.pane.locator('.monaco-list-row').evaluateAll((elements) =>
      elements.map((element) => {
        const expanded = element.getAttribute('aria-expanded');
        const icon = [...(element.querySelector('.custom-view-tree-node-item-icon.codicon')?.classList ?? [])];
        return {
          index: Number(element.getAttribute('data-index')),
          label: element.querySelector('.label-name')?.textContent ?? '',
          description: element.querySelector('.label-description')?.textContent ?? '',
          level: Number(element.getAttribute('aria-level')),
          expanded: expanded === null ? undefined : expanded === 'true',
          icon: icon
            .find((each) => each.startsWith('codicon-') && each !== 'codicon-colored')
            ?.slice('codicon-'.length),
          accessibleName: element.getAttribute('aria-label') ?? '',
        };
      }),
    );
    return rows.sort((a, b) => a.index - b.index).map(({ index: _, ...row }) => row);
  }

  /** The row with exactly this label. */
  row(label: string): Locator {
    return this.pane
      .locator('.monaco-list-row', {
        has: this.page.locator('.label-name', { hasText: new RegExp(`^${escapePattern(label)}$`) }),
      })
      .first();
  }

  /** Scrolls to the last row, and puts the keyboard's place there. */
  async goToEnd(): Promise<void> {
    await this.pane.locator('.monaco-list').first().focus();
    await this.page.keyboard.press('End');
  }

  /** Scrolls to the first row, and puts the keyboard's place there. */
  async goToStart(): Promise<void> {
    await this.pane.locator('.monaco-list').first().focus();
    await this.page.keyboard.press('Home');
  }

  /** Selects these rows, which have to be in sight. */
  async select(...labels: readonly string[]): Promise<void> {
    for (const [index, label] of labels.entries()) {
      await this.row(label).click(index === 0 ? {} : { modifiers: ['ControlOrMeta'] });
    }
  }

  /** What the header says after the title. */
  async description(): Promise<string> {
    return (await this.pane.locator('.pane-header .description').allInnerTexts()).join('').trim();
  }

  /** Opens a row that is folded. A click that hits while the tree is drawn anew does nothing, and is repeated. */
  async expand(label: string): Promise<void> {
    const row = this.row(label);
    for (let attempt = 1; (await row.getAttribute('aria-expanded')) === 'false'; attempt++) {
      if (attempt > EXPAND_ATTEMPTS) {
        throw new Error(`The row ${label} stays folded.`);
      }
      await row.click();
      await this.page
        .waitForFunction((element) => element?.getAttribute('aria-expanded') === 'true', await row.elementHandle(), {
          timeout: EXPANDS_MS,
        })
        .catch(() => {});
    }
  }

  /** Opens a row until this one is below it: the tree may be drawn anew after the click, as when a connection begins. */
  async open(label: string, child: string): Promise<void> {
    await eventually(async () => {
      await this.expand(label);
      if (!(await this.rows()).some((row) => row.label === child)) {
        throw new Error(`There is no row ${child} below ${label}.`);
      }
    }, LISTED_MS);
  }

  /** Presses an inline button of a row, by the command's title. */
  async pressInlineAction(label: string, title: string): Promise<void> {
    await this.row(label).hover();
    await this.row(label).locator(`.actions [aria-label="${title}"]`).click();
  }

  /**
   * Chooses an entry of a row's context menu, again until its effect is seen: a menu that is open while the tree is drawn anew leads to no row.
   *
   * @param effect throws while there is none.
   */
  async choose(label: string, title: string, effect: () => Promise<unknown>): Promise<void> {
    await eventually(async () => {
      await this.chooseFromContextMenu(label, title);
      await eventually(effect, EFFECT_MS);
    }, LISTED_MS);
  }

  /**
   * Chooses an entry of a row's context menu. VS Code takes no click in the first moment that a menu is open, so that the press that
   * opened it chooses nothing.
   */
  async chooseFromContextMenu(label: string, title: string): Promise<void> {
    await this.row(label).click({ button: 'right' });
    const entry = this.page.locator('.monaco-menu .action-item', { hasText: title }).first();
    await entry.waitFor();
    for (let attempt = 1; ; attempt++) {
      await this.page.waitForTimeout(MENU_OPENS_MS);
      await entry.click();
      try {
        await entry.waitFor({ state: 'detached', timeout: MENU_CLOSES_MS });
        return;
      } catch (error) {
        if (attempt === MENU_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  /** Presses a button of the view's title bar, by the command's title. */
  async pressTitleAction(title: string): Promise<void> {
    const header = this.pane.locator('.pane-header');
    // The only view of a container has no title bar of its own: it shares the container's.
    const shared = await header.evaluate((element) => element.classList.contains('hidden'));
    const bar = shared ? this.page.locator('.sidebar .composite.title') : header;
    await this.pane.hover();
    await bar.locator(`[aria-label="${title}"]`).click();
  }

  /** The text that the view shows instead of rows: its welcome content or its message. */
  async message(): Promise<string> {
    return (await this.pane.locator('.welcome-view-content, .tree-explorer-viewlet-tree-view .message').allInnerTexts())
      .join('\n')
      .trim();
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
