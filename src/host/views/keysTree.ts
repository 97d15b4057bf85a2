import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { RawKey } from '../../cache/keyBrowser';
import type { KeyExplorer } from '../../service/keyExplorer';
import { KeyFactsKeeper } from './keyFacts';
import { keysItem } from './keyItems';
import type { KeyNode, KeysNode, MoreKeysNode, NamespaceNode } from './keyNodes';
import { keyText } from './keyText';
import { LevelRows } from './levelRows';

/** So long a listing waits for what is known of its keys, so that rows need not be drawn twice. */
const FACTS_MS = 150;

/** Rows whose text changes with time are drawn anew each second, so many at most; of more, the next second goes on. */
const PER_TICK = 200;

/** A large level that grows is drawn anew so often at most, since each time is hundreds of rows for the window. */
const LARGE_LEVEL_MS = 1_000;
const LARGE_LEVEL = 200;

/**
 * The count of a row that is open is drawn anew so seldom: VS Code then asks for all rows below again, and a command that is chosen
 * meanwhile from the menu of one of them finds no row.
 */
const OPEN_ROW_MS = 2_000;

/** What the tree shows of: the explorer, and who is told which levels are open. */
export interface KeysTreeParts {
  readonly explorer: KeyExplorer;
  readonly clock: Clock;
  readonly logger: Logger;
  onOpen(prefix: RawKey): void;
  onClose(prefix: RawKey): void;
}

/** Namespace → … → key, of one connection. Shows what the explorer knows; it asks Redis for facts on the listed keys only. */
export class KeysTree implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = new vscode.EventEmitter<KeysNode | KeysNode[] | undefined>();
  private readonly facts: KeyFactsKeeper;
  /** The levels that are open, by prefix; that of all keys has the empty one. */
  private readonly levels = new Map<RawKey, LevelRows>();
  /** Levels that changed and are drawn later. */
  private readonly pending = new Map<RawKey, Disposable>();
  private nextTick = 0;
  /** Open rows whose count changed and is drawn later. */
  private readonly openRows = new Set<NamespaceNode>();
  private openRowsTimer: Disposable | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  private isVisible = false;

  constructor(private readonly parts: KeysTreeParts) {
    const { explorer, logger } = parts;
    // Rows that VS Code has not asked for yet are drawn with what is known by then.
    const redraw = (nodes: readonly KeyNode[]) => this.fireAll(nodes.filter(({ painted }) => painted !== undefined));
    this.facts = new KeyFactsKeeper(explorer, redraw, logger);
    this.disposables.add(this.changes);
    this.disposables.add(explorer.onDidChange((prefix) => this.noteChange(prefix)));
  }

  dispose(): void {
    for (const each of this.pending.values()) {
      each.dispose();
    }
    this.pending.clear();
    this.openRowsTimer?.dispose();
    this.disposables.dispose();
  }

  getTreeItem(node: KeysNode): vscode.TreeItem {
    return keysItem(node, this.parts.clock.now(), this.isOpen(node));
  }

  async getChildren(node?: KeysNode): Promise<KeysNode[]> {
    if (node !== undefined && node.type !== 'namespace') {
      return [];
    }
    const listing = this.rowsOf(node);
    listing.adopt(node);
    this.parts.onOpen(listing.prefix);
    const children = listing.read(this.parts.explorer);
    const isFirst = listing.drawnAt === Number.NEGATIVE_INFINITY;
    listing.drawnAt = this.parts.clock.monotonic();
    const learnt = this.isVisible ? this.facts.learn(listing.keys) : undefined;
    // Rows that were there already are not to be missed while Redis is asked.
    if (!isFirst) {
      return children;
    }
    await Promise.race([learnt, elapsed(this.parts.clock, FACTS_MS)]);
    // VS Code does not ask again for what changes while it waits: it takes these rows for those of after the change.
    const isStillOpen = this.levels.get(listing.prefix) === listing;
    return isStillOpen ? listing.read(this.parts.explorer) : children;
  }

  showMore({ parent }: MoreKeysNode): void {
    const listing = this.rowsOf(parent);
    listing.grow();
    this.changes.fire(listing.node);
  }

  /** Another filter or order: every level is read again. */
  redraw(): void {
    this.changes.fire(undefined);
  }

  /** While nobody sees the tree, Redis is not asked on its behalf, and the explorer follows none of its levels. */
  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    if (isVisible) {
      this.noteChange(undefined);
      return;
    }
    for (const prefix of this.levels.keys()) {
      this.parts.explorer.forgetLevel(prefix);
    }
  }

  /** A row was opened: VS Code shows what it had, so that what was forgotten meanwhile is listed again. */
  expand(node: KeysNode): void {
    if (node.type === 'namespace' && !this.levels.has(node.prefix)) {
      this.changes.fire(node);
    }
  }

  /** A row was closed: what is below is not followed any more. */
  collapse(node: KeysNode): void {
    if (node.type !== 'namespace') {
      return;
    }
    for (const prefix of this.levels.keys()) {
      if (prefix.startsWith(node.prefix)) {
        this.levels.delete(prefix);
        this.pending.get(prefix)?.dispose();
        this.pending.delete(prefix);
        this.parts.explorer.forgetLevel(prefix);
        this.parts.onClose(prefix);
      }
    }
  }

  /** Repaints what changes with time. Asks nobody. */
  tick(): void {
    const now = this.parts.clock.now();
    const changed = this.keyNodes().filter(
      ({ known, painted }) => known !== undefined && keyText(known, now).description !== painted,
    );
    const from = this.nextTick < changed.length ? this.nextTick : 0;
    this.nextTick = changed.length > PER_TICK ? from + PER_TICK : 0;
    this.fireAll(changed.slice(from, from + PER_TICK));
  }

  /** Asks Redis again about the listed keys. Not counted as lookups. */
  async askAgain(): Promise<void> {
    if (this.isVisible) {
      await this.facts.round(this.keyNodes());
    }
  }

  /** Asks about some keys at once: they were changed. */
  async reask(nodes: readonly KeyNode[]): Promise<void> {
    await this.facts.askNow(nodes);
  }

  private isOpen(node: KeysNode): boolean {
    return node.type === 'namespace' && this.levels.has(node.prefix);
  }

  private keyNodes(): KeyNode[] {
    return [...this.levels.values()].flatMap(({ keys }) => keys);
  }

  private rowsOf(node: NamespaceNode | undefined): LevelRows {
    const prefix = node?.prefix ?? '';
    const known = this.levels.get(prefix);
    if (known !== undefined) {
      return known;
    }
    const listing = new LevelRows(node);
    this.levels.set(prefix, listing);
    return listing;
  }

  private noteChange(prefix: RawKey | undefined): void {
    for (const listing of prefix === undefined ? this.levels.values() : [this.levels.get(prefix)]) {
      if (listing !== undefined && !this.pending.has(listing.prefix)) {
        this.schedule(listing);
      }
    }
  }

  private schedule(listing: LevelRows): void {
    const { clock } = this.parts;
    const sinceMs = clock.monotonic() - listing.drawnAt;
    const waitMs = listing.size > LARGE_LEVEL ? Math.max(0, LARGE_LEVEL_MS - sinceMs) : 0;
    const draw = () => {
      this.pending.delete(listing.prefix);
      this.draw(listing);
    };
    if (waitMs === 0) {
      draw();
    } else {
      this.pending.set(listing.prefix, clock.setTimeout(draw, waitMs));
    }
  }

  /** Draws only the rows that changed where no row comes or goes. */
  private draw(listing: LevelRows): void {
    if (!this.isVisible) {
      return;
    }
    const changed = listing.update(this.parts.explorer);
    if (changed === 'all') {
      this.changes.fire(listing.node);
    } else {
      this.fireAll(changed.filter((node) => !this.isOpen(node)));
      this.drawLater(changed.filter((node) => this.isOpen(node)) as NamespaceNode[]);
    }
  }

  private drawLater(nodes: readonly NamespaceNode[]): void {
    for (const node of nodes) {
      this.openRows.add(node);
    }
    if (this.openRows.size > 0) {
      this.openRowsTimer ??= this.parts.clock.setTimeout(() => {
        this.openRowsTimer = undefined;
        const due = [...this.openRows].filter((node) => this.levels.has(node.parent?.prefix ?? ''));
        this.openRows.clear();
        this.fireAll(due);
      }, OPEN_ROW_MS);
    }
  }

  private fireAll(nodes: readonly KeysNode[]): void {
    if (nodes.length > 0) {
      this.changes.fire([...nodes]);
    }
  }
}

function elapsed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}
