import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../fixtures/eventually';

/** VS Code takes no click in the first moment that a menu is open, so that the press that opened it chooses nothing. */
const MENU_OPENS_MS = 200;
const MENU_SHOWN_MS = 3_000;
const MENU_CLOSES_MS = 2_000;
/** VS Code on a busy machine; no statement about speed. */
const LISTED_MS = 60_000;
const CHOSEN_MS = 80_000;
const MENU_MS = 20_000;
/** What was chosen and not lost has an effect within this, also on a busy machine. */
const EFFECT_MS = 15_000;
const CLICK_MS = 5_000;
const FOLDED_MS = 2_000;
const HOVER_GONE_MS = 2_000;

type ClickOptions = Pick<NonNullable<Parameters<Locator['click']>[0]>, 'button' | 'modifiers'>;

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
    await this.setSection(true);
  }

  /** Folds the view's section if it is open. */
  async collapseSection(): Promise<void> {
    await this.setSection(false);
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
      await this.clickRow(label, index === 0 ? {} : { modifiers: ['ControlOrMeta'] });
    }
  }

  /** What the header says after the title. */
  async description(): Promise<string> {
    return (await this.pane.locator('.pane-header .description').allInnerTexts()).join('').trim();
  }

  /** Opens a row that is folded. */
  async expand(label: string): Promise<void> {
    await this.setExpanded(label, true);
  }

  /** Folds a row that is open. */
  async collapse(label: string): Promise<void> {
    await this.setExpanded(label, false);
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
    await this.leaveHover();
    await this.row(label).hover();
    await this.row(label).locator(`.actions [aria-label="${title}"]`).click();
  }

  /** Clicks a row, again until its effect is seen: a click that hits while the tree is drawn anew does nothing. */
  async click(label: string, effect: () => Promise<unknown>): Promise<void> {
    await untilSeen(() => this.clickRow(label), effect);
  }

  /**
   * Chooses an entry of a row's context menu, again until its effect is seen: a menu that is open while the tree is drawn anew leads to no row.
   *
   * @param effect throws while there is none, soon.
   */
  async choose(label: string, title: string, effect: () => Promise<unknown>): Promise<void> {
    await untilSeen(() => this.chooseFromContextMenu(label, title), effect);
  }

  /**
   * Selects rows and chooses an entry of the context menu of the last of them, again until its effect is seen: while the tree is drawn
   * anew a selection may be lost, and what is chosen then is about one row only.
   *
   * @param effect throws while there is none, soon.
   * @param putAway what came of a selection that was lost; it may be nothing.
   */
  async chooseForAll(
    labels: readonly string[],
    title: string,
    effect: () => Promise<unknown>,
    putAway: () => Promise<void> = async () => {},
  ): Promise<void> {
    const choose = async () => {
      await putAway();
      await this.select(...labels);
      for (const label of labels) {
        assert.equal(await this.row(label).getAttribute('aria-selected', { timeout: CLICK_MS }), 'true', label);
      }
      await this.chooseFromContextMenu(labels.at(-1) ?? '', title);
    };
    await untilSeen(choose, effect);
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

  private async clickRow(label: string, options: ClickOptions = {}): Promise<void> {
    await this.leaveHover();
    await this.row(label).click({ ...options, timeout: CLICK_MS });
  }

  /** Takes the pointer from the row that was clicked last: what is told of that one while it is there lies over the rows below. */
  private async leaveHover(): Promise<void> {
    const { width, height } = this.page.viewportSize() ?? { width: 0, height: 0 };
    await this.page.mouse.move(width * 0.9, height * 0.25);
    const hover = this.page.locator('.context-view .hover-contents').first();
    await hover.waitFor({ state: 'hidden', timeout: HOVER_GONE_MS }).catch(() => {});
  }

  /** Of two clicks that VS Code both takes, the second would undo the first: it has taken one when the click returns, or never will. */
  private async setSection(isOpen: boolean): Promise<void> {
    const header = this.pane.locator('.pane-header');
    await eventually(async () => {
      if ((await header.getAttribute('aria-expanded')) !== String(isOpen)) {
        await header.click({ timeout: CLICK_MS });
      }
      assert.equal(await header.getAttribute('aria-expanded'), String(isOpen));
    }, LISTED_MS);
  }

  /** A click that hits while the tree is drawn anew does nothing, and is repeated; the row may be gone for that moment. */
  private async setExpanded(label: string, isExpanded: boolean): Promise<void> {
    const row = this.row(label);
    const isSo = async () =>
      assert.equal(await row.getAttribute('aria-expanded', { timeout: CLICK_MS }), String(isExpanded));
    await eventually(async () => {
      const now = await row.getAttribute('aria-expanded', { timeout: CLICK_MS });
      if (now !== null && now !== String(isExpanded)) {
        await this.clickRow(label);
        await eventually(isSo, FOLDED_MS);
      }
    }, LISTED_MS);
  }

  /** Chooses an entry of a row's context menu, which is opened again where the tree is drawn anew at that moment. */
  private async chooseFromContextMenu(label: string, title: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    const entry = menu.locator('.action-item', { hasText: title }).first();
    await eventually(async () => {
      if (!(await entry.isVisible())) {
        if (await menu.first().isVisible()) {
          await this.page.keyboard.press('Escape');
        }
        await this.clickRow(label, { button: 'right' });
        await entry.waitFor({ timeout: MENU_SHOWN_MS });
      }
      await this.page.waitForTimeout(MENU_OPENS_MS);
      await entry.click({ timeout: CLICK_MS });
      await entry.waitFor({ state: 'detached', timeout: MENU_CLOSES_MS }).catch(() => {});
      // A window that stood still has closed it by now, and is not to be told twice.
      assert.ok(!(await entry.isVisible()), `VS Code has not taken the click on ${title}`);
    }, MENU_MS);
  }
}

/** Acts again until an effect is seen, which may be that of an earlier time. */
async function untilSeen(act: () => Promise<void>, effect: () => Promise<unknown>): Promise<void> {
  let isFirst = true;
  await eventually(async () => {
    if (isFirst || !(await isSeen(effect))) {
      isFirst = false;
      await act();
      await eventually(effect, EFFECT_MS);
    }
  }, CHOSEN_MS);
}

async function isSeen(effect: () => Promise<unknown>): Promise<boolean> {
  return await effect().then(
    () => true,
    () => false,
  );
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
