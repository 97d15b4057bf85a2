import type { MinerCell } from '../../protocol/dashboard';
import type { Colours } from '../colours';
import type { GridMode } from '../viewState';
import { paintCell } from './cellPainter';
import type { GridLayout } from './layout';
import { type Look, lookOf, looksOf } from './modes';

const GAP = 1;
/** A cell that was not painted yet. */
const BLANK = 255;

/** All that decides how cells look, besides the miners themselves. */
export interface BoardView {
  readonly mode: GridMode;
  readonly layout: GridLayout;
  /** In CSS pixels. */
  readonly width: number;
  readonly colours: Colours;
  /** The cells with a frame around them. */
  readonly marked: readonly number[];
}

/** The canvas of the cells. It knows what each cell shows, and paints only those that show something else now. */
export class CellBoard {
  private view: BoardView | undefined;
  private scale = 0;
  private looks: readonly Look[] = [];
  private readonly placeOf = new Map<Look, number>();
  /** The place among {@link looks} of what each cell shows. */
  private shown = new Uint8Array(0);
  private counted = new Uint32Array(0);

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** How many cells show each look of the mode, in the order of `looksOf`. */
  get counts(): ArrayLike<number> {
    return this.counted;
  }

  /** @param changed the cells that may look otherwise than when they were painted; all of them when absent. */
  paint(miners: readonly MinerCell[], view: BoardView, changed: Iterable<number> | undefined, now: number): void {
    const ink = this.canvas.getContext('2d');
    if (ink === null) {
      return;
    }
    const isAnew = this.begin(ink, miners.length, view);
    for (const index of isAnew || changed === undefined ? miners.keys() : changed) {
      const miner = miners[index];
      if (miner !== undefined) {
        this.paintMiner(ink, miner, index, view, now);
      }
    }
    if (isAnew) {
      this.frame(ink, view);
    }
  }

  /** @returns whether nothing is painted yet of what is to be seen. */
  private begin(ink: CanvasRenderingContext2D, count: number, view: BoardView): boolean {
    const { mode, layout, width } = view;
    const scale = devicePixelRatio;
    if (count === this.shown.length && scale === this.scale && this.view !== undefined && isSame(this.view, view)) {
      return false;
    }
    this.view = view;
    this.scale = scale;
    this.looks = looksOf(mode);
    this.placeOf.clear();
    for (const [place, look] of this.looks.entries()) {
      this.placeOf.set(look, place);
    }
    this.shown = new Uint8Array(count).fill(BLANK);
    this.counted = new Uint32Array(this.looks.length);
    const pixels = [Math.round(width * scale), Math.round(layout.height * scale)] as const;
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
      this.canvas.style.height = `${layout.height}px`;
    }
    ink.setTransform(scale, 0, 0, scale, 0, 0);
    ink.clearRect(0, 0, width, layout.height);
    return true;
  }

  private paintMiner(
    ink: CanvasRenderingContext2D,
    miner: MinerCell,
    index: number,
    { mode, layout, colours, marked }: BoardView,
    now: number,
  ): void {
    const look = lookOf(miner, mode, now);
    const place = this.placeOf.get(look) ?? BLANK;
    const former = this.shown[index] ?? BLANK;
    if (place === former) {
      return;
    }
    this.shown[index] = place;
    this.counted[place] = (this.counted[place] ?? 0) + 1;
    const { columns, pitch } = layout;
    const x = (index % columns) * pitch;
    const y = Math.floor(index / columns) * pitch;
    if (former !== BLANK) {
      this.counted[former] = (this.counted[former] ?? 1) - 1;
      ink.clearRect(x, y, pitch - GAP, pitch - GAP);
    }
    paintCell(ink, look, x, y, pitch - GAP, colours);
    if (former !== BLANK && marked.includes(index)) {
      this.frame(ink, { layout, colours, marked: [index] });
    }
  }

  private frame(
    ink: CanvasRenderingContext2D,
    { layout: { columns, pitch }, colours, marked }: Pick<BoardView, 'layout' | 'colours' | 'marked'>,
  ): void {
    ink.strokeStyle = colours.focus;
    ink.lineWidth = 2;
    for (const index of marked) {
      ink.strokeRect((index % columns) * pitch, Math.floor(index / columns) * pitch, pitch - GAP, pitch - GAP);
    }
  }
}

function isSame(a: BoardView, b: BoardView): boolean {
  return (
    a.mode === b.mode &&
    a.width === b.width &&
    a.layout.pitch === b.layout.pitch &&
    a.layout.columns === b.layout.columns &&
    a.layout.height === b.layout.height &&
    a.colours === b.colours &&
    a.marked.join() === b.marked.join()
  );
}
