import type { MinerCell } from '../../protocol/dashboard';
import { el, section, setAttribute, setHidden, setPressed, setText, toggle } from '../dom';
import { formatCount } from '../format';
import { compareNaturally, plain } from '../text';
import type { Theme } from '../theme';
import { GRID_MODES, type GridMode, type ViewState, withItem } from '../viewState';
import { CellBoard } from './cellBoard';
import { CellMark } from './cellMark';
import { paintCell } from './cellPainter';
import { cellAfterKey, cellAt, type GridLayout, layOut } from './layout';
import { MinerTable } from './minerTable';
import { figuresOf, type Look, looksOf, MODE_LABELS } from './modes';

const TABLE = 'fleet';

export interface GridOwner {
  readonly theme: Theme;
  readonly state: ViewState;
  save(change: Partial<ViewState>): void;
  now(): number;
  redraw(): void;
  reveal(minerId: string): void;
}

/** One cell for each miner, all on one canvas. */
export class FleetGrid {
  readonly root: HTMLElement;
  private readonly canvas = el('canvas', { class: 'cells', attributes: { tabindex: '0' } });
  private readonly board = new CellBoard(this.canvas);
  private readonly mark = new CellMark(this.canvas);
  private readonly box = el('div', { class: 'cell-box' }, [this.canvas, this.mark.ring]);
  private readonly details = el('p', { class: 'details', attributes: { id: 'fleet-details' } });
  private readonly tip = el('div', { class: 'tip', attributes: { role: 'tooltip' } });
  private readonly legend = el('ul', { class: 'legend looks', attributes: { 'aria-label': 'Legend' } });
  private readonly empty = el('p', {
    class: 'empty',
    text: 'There are no miners in the inventory yet. Add some to fleet.json, or start the demo fleet.',
  });
  private readonly modeButtons = new Map<GridMode, HTMLButtonElement>();
  private readonly table: MinerTable;
  /** By tenant and id. */
  private sorted: MinerCell[] = [];
  /** The places of the miners in {@link sorted}, by their ids. */
  private places = new Map<string, number>();
  private layout: GridLayout = layOut(0, 1);
  /** Of the box; to ask the browser for it has it lay out the page at once. */
  private width: number | undefined;
  /** What changed was not painted, as the cells were not there to be seen. */
  private isBehind = true;
  /** The miner at the keyboard's place, by its id: others may come and go. */
  private focusedId: string | undefined;
  private hoveredId: string | undefined;

  constructor(private readonly owner: GridOwner) {
    this.table = new MinerTable((id) => owner.reveal(id));
    for (const mode of GRID_MODES) {
      const element = toggle(MODE_LABELS[mode], false, () => {
        owner.save({ gridMode: mode });
        this.draw();
      });
      this.modeButtons.set(mode, element);
    }
    const modes = el('div', { class: 'group', attributes: { role: 'group', 'aria-label': 'Colour by' } }, [
      ...this.modeButtons.values(),
    ]);
    const asTable = toggle('Show as table', this.isTable, (isTable) => {
      owner.save({ tables: withItem(owner.state.tables, TABLE, isTable) });
      this.draw();
    });
    this.root = section(
      'fleet',
      'Miners',
      [modes, asTable],
      [this.empty, this.legend, this.box, this.table.root, this.details, this.tip],
    );
    setAttribute(this.canvas, 'aria-describedby', 'fleet-details');
    setHidden(this.tip, true);
    this.listen();
    new ResizeObserver(() => {
      this.width = undefined;
      owner.redraw();
    }).observe(this.root);
  }

  /** @param changed ids of those that are new, gone or otherwise than at the last call; absent where that may be all of them. */
  update(miners: ReadonlyMap<string, MinerCell>, changed: ReadonlySet<string> | undefined): void {
    const places = changed === undefined ? undefined : this.takeOver(miners, changed);
    if (places === undefined) {
      this.sorted = [...miners.values()].sort(
        (a, b) => compareNaturally(a.tenant, b.tenant) || compareNaturally(a.id, b.id),
      );
      this.places = new Map(this.sorted.map(({ id }, place) => [id, place]));
    }
    this.draw(places);
  }

  /**
   * Sorting thousands takes its time, and who is there changes seldom.
   *
   * @returns the places of the miners that changed; `undefined` when the order is another one.
   */
  private takeOver(
    miners: ReadonlyMap<string, MinerCell>,
    changed: ReadonlySet<string>,
  ): readonly number[] | undefined {
    if (miners.size !== this.sorted.length) {
      return undefined;
    }
    const places: number[] = [];
    for (const id of changed) {
      const [miner, place] = [miners.get(id), this.places.get(id)];
      if (miner === undefined || place === undefined || this.sorted[place]?.tenant !== miner.tenant) {
        return undefined;
      }
      this.sorted[place] = miner;
      places.push(place);
    }
    return places;
  }

  /** @param changed the places of the miners that may look otherwise; absent where all may. */
  draw(changed?: readonly number[]): void {
    const isEmpty = this.sorted.length === 0;
    const { gridMode } = this.owner.state;
    for (const [mode, element] of this.modeButtons) {
      setPressed(element, mode === gridMode);
    }
    setHidden(this.empty, !isEmpty);
    setHidden(this.legend, isEmpty || this.isTable);
    setHidden(this.box, isEmpty || this.isTable);
    setHidden(this.table.root, isEmpty || !this.isTable);
    setHidden(this.details, isEmpty || this.isTable);
    if (isEmpty || this.isTable) {
      this.isBehind = true;
      setHidden(this.tip, true);
      if (!isEmpty) {
        this.table.show(this.sorted, this.owner.now());
      }
      return;
    }
    this.drawCells(gridMode, changed);
    this.describe();
  }

  private get isTable(): boolean {
    return this.owner.state.tables.includes(TABLE);
  }

  private drawCells(mode: GridMode, changed: readonly number[] | undefined): void {
    this.width ??= this.box.clientWidth || undefined;
    if (this.width === undefined) {
      this.isBehind = true;
      return;
    }
    const { sorted, owner, width } = this;
    this.layout = layOut(sorted.length, width);
    const hovered = this.places.get(this.hoveredId ?? '');
    const marked = hovered === undefined ? [] : [hovered];
    const view = { mode, layout: this.layout, width, colours: owner.theme.colours, marked };
    this.board.paint(sorted, view, this.isBehind ? undefined : changed, owner.now());
    this.isBehind = false;
    this.showLegend(looksOf(mode), this.board.counts);
  }

  private showLegend(looks: readonly Look[], counts: ArrayLike<number>): void {
    const key = looks.map(({ label }) => label).join();
    const { theme } = this.owner;
    if (this.legend.dataset.key !== key) {
      this.legend.dataset.key = key;
      this.legend.replaceChildren(
        ...looks.map((look) =>
          el('li', {}, [swatch(look, theme), el('span', { text: look.label }), el('span', { class: 'legend-value' })]),
        ),
      );
    }
    looks.forEach((_, index) => {
      const value = this.legend.children[index]?.lastElementChild;
      if (value != null) {
        setText(value, formatCount(counts[index] ?? 0));
      }
    });
  }

  /** The swatches have the old colours still. */
  recolour(): void {
    delete this.legend.dataset.key;
    this.owner.redraw();
  }

  private describe(): void {
    const miner = this.minerOf(this.hoveredId ?? this.focusedId);
    const text =
      miner === undefined
        ? 'Point at a cell, or use the arrow keys, to see a miner; select it, or press Enter, to find it in the Miners view.'
        : describeMiner(miner, this.owner.now());
    setText(this.details, text);
    setAttribute(this.canvas, 'aria-label', `${formatCount(this.sorted.length)} miners`);
    this.markPlace();
  }

  private markPlace(): void {
    const { sorted, width } = this;
    const index = this.places.get(this.focusedId ?? '');
    const miner = index === undefined ? undefined : sorted[index];
    if (index === undefined || miner === undefined || width === undefined) {
      this.mark.hide();
      return;
    }
    const text = describeMiner(miner, this.owner.now());
    this.mark.show({ id: miner.id, index, count: sorted.length, text }, this.layout, width);
  }

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener('pointermove', (event) => this.hover(this.minerAt(event), event));
    canvas.addEventListener('pointerleave', () => this.hover(undefined, undefined));
    canvas.addEventListener('click', (event) => {
      const miner = this.minerAt(event);
      if (miner !== undefined) {
        this.focusedId = miner.id;
        this.owner.reveal(miner.id);
        this.draw();
      }
    });
    canvas.addEventListener('keydown', (event) => this.onKey(event));
    canvas.addEventListener('focus', () => {
      this.focusedId ??= this.sorted[0]?.id;
      this.draw();
    });
    canvas.addEventListener('blur', () => this.draw());
  }

  private minerOf(id: string | undefined): MinerCell | undefined {
    const place = id === undefined ? undefined : this.places.get(id);
    return place === undefined ? undefined : this.sorted[place];
  }

  private minerAt(event: MouseEvent): MinerCell | undefined {
    const { left, top } = this.canvas.getBoundingClientRect();
    const index = cellAt(this.layout, this.sorted.length, event.clientX - left, event.clientY - top);
    return index === undefined ? undefined : this.sorted[index];
  }

  private hover(miner: MinerCell | undefined, event: PointerEvent | undefined): void {
    if (miner?.id !== this.hoveredId) {
      this.hoveredId = miner?.id;
      this.owner.redraw();
    }
    setHidden(this.tip, miner === undefined);
    if (miner === undefined || event === undefined) {
      return;
    }
    this.tip.replaceChildren(
      el('strong', { text: plain(miner.id, 80) }),
      el('span', { class: 'muted', text: ` ${plain(miner.tenant, 60)}` }),
      ...figuresOf(miner, this.owner.now()).map(([name, value]) => el('div', { text: `${name}: ${value}` })),
      ...(miner.reason === undefined ? [] : [el('div', { class: 'bad', text: plain(miner.reason) })]),
    );
    const { width, height } = this.tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - width - 4);
    const below = event.clientY + 16;
    const top = below + height > window.innerHeight ? event.clientY - height - 10 : below;
    this.tip.style.left = `${Math.max(4, left)}px`;
    this.tip.style.top = `${Math.max(4, top)}px`;
  }

  private onKey(event: KeyboardEvent): void {
    const from = this.places.get(this.focusedId ?? '') ?? 0;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const miner = this.sorted[from];
      if (miner !== undefined) {
        this.owner.reveal(miner.id);
      }
      return;
    }
    const to = cellAfterKey(this.layout, this.sorted.length, from, event.key);
    if (to !== undefined) {
      event.preventDefault();
      this.focusedId = this.sorted[to]?.id;
      this.scrollTo(to);
      this.draw();
    }
  }

  private scrollTo(index: number): void {
    const { columns, pitch } = this.layout;
    const top = Math.floor(index / columns) * pitch;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop || top + pitch > scrollTop + clientHeight) {
      this.box.scrollTop = top - clientHeight / 2;
    }
  }
}

function describeMiner(miner: MinerCell, now: number): string {
  const figures = figuresOf(miner, now).map(([name, value]) => (name === 'State' ? value : `${name} ${value}`));
  const reason = miner.reason === undefined ? [] : [plain(miner.reason)];
  return [`${plain(miner.id, 80)} (${plain(miner.tenant, 60)})`, ...figures, ...reason].join(' · ');
}

function swatch(look: Look, theme: Theme): HTMLCanvasElement {
  const size = 14;
  const canvas = el('canvas', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
  canvas.width = canvas.height = size * devicePixelRatio;
  const ink = canvas.getContext('2d');
  if (ink !== null) {
    ink.scale(devicePixelRatio, devicePixelRatio);
    paintCell(ink, look, 0, 0, size, theme.colours);
  }
  return canvas;
}
