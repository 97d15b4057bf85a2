import { el, setAttribute, setHidden, setText } from '../dom';
import type { GridLayout } from './layout';

/** How far the ring stands off its cell, in CSS pixels. */
const DISTANCE = 3;

/** A cell at the keyboard's place. */
export interface MarkedCell {
  readonly id: string;
  readonly index: number;
  /** Of all cells. */
  readonly count: number;
  /** What there is to say of its miner. */
  readonly text: string;
}

/**
 * Where the keyboard is among the cells of a canvas: a ring around the cell for those who see it, and for those who hear it an
 * option of the list that the canvas is to them, as VS Code's own lists have it.
 */
export class CellMark {
  readonly ring = el('div', { class: 'cell-ring', attributes: { 'aria-hidden': 'true' } });
  private option: HTMLElement | undefined;
  private markedId: string | undefined;
  private options = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    setAttribute(canvas, 'role', 'listbox');
    setHidden(this.ring, true);
  }

  /** @param width of the canvas, in CSS pixels. */
  show({ id, index, count, text }: MarkedCell, { columns, pitch, height }: GridLayout, width: number): void {
    if (id !== this.markedId || this.option === undefined) {
      // Another one each time: that another one is active is told, and that the same one has another text is not.
      this.option = el('div', { attributes: { id: `fleet-cell-${this.options++ % 2}`, role: 'option' } });
      this.canvas.replaceChildren(this.option);
      this.markedId = id;
    }
    setText(this.option, text);
    setAttribute(this.option, 'aria-setsize', String(count));
    setAttribute(this.option, 'aria-posinset', String(index + 1));
    setAttribute(this.canvas, 'aria-activedescendant', this.option.id);
    const [x, y] = [(index % columns) * pitch, Math.floor(index / columns) * pitch];
    // The box cuts off what is outside.
    const [left, top] = [Math.max(0, x - DISTANCE), Math.max(0, y - DISTANCE)];
    const { style } = this.ring;
    style.left = `${left}px`;
    style.top = `${top}px`;
    style.width = `${Math.min(width, x + pitch - 1 + DISTANCE) - left}px`;
    style.height = `${Math.min(height, y + pitch - 1 + DISTANCE) - top}px`;
    setHidden(this.ring, document.activeElement !== this.canvas);
  }

  hide(): void {
    setHidden(this.ring, true);
    this.canvas.removeAttribute('aria-activedescendant');
  }
}
