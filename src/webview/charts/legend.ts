import type { Colours } from '../colours';
import { el, setPressed, setText } from '../dom';
import { patternFill } from './patterns';
import type { Pattern, SeriesSpec } from './specs';

const SWATCH_WIDTH = 22;
const SWATCH_HEIGHT = 10;

/** What each series of a chart looks like and what it is at the cursor; a click leaves a series out. */
export class Legend {
  readonly root = el('ul', { class: 'legend', attributes: { 'aria-label': 'Series' } });
  private readonly values = new Map<string, HTMLElement>();

  constructor(
    series: readonly SeriesSpec[],
    colours: Colours,
    isHidden: (key: string) => boolean,
    onToggle: (key: string) => void,
  ) {
    for (const each of series) {
      const value = el('span', { class: 'legend-value' });
      const entry = el('button', { class: 'legend-entry', attributes: { type: 'button' }, title: 'Show or hide' }, [
        lineSwatch(each, colours),
        el('span', { class: 'legend-label', text: each.label }),
        value,
      ]);
      setPressed(entry, !isHidden(each.key));
      entry.addEventListener('click', () => onToggle(each.key));
      this.values.set(each.key, value);
      this.root.append(el('li', {}, [entry]));
    }
  }

  /** Says what the line across the chart is. */
  addTarget(target: number, colours: Colours): void {
    const line = lineSwatch({ colour: ({ warning }) => warning, dash: [4, 4] }, colours);
    this.root.append(
      el('li', { class: 'legend-target' }, [line, el('span', { text: `target ${Math.round(target * 100)} %` })]),
    );
  }

  show(texts: ReadonlyMap<string, string>): void {
    for (const [key, element] of this.values) {
      setText(element, texts.get(key) ?? '');
    }
  }
}

function lineSwatch(
  series: Pick<SeriesSpec, 'colour' | 'dash' | 'width' | 'pattern'>,
  colours: Colours,
): HTMLCanvasElement {
  const colour = series.colour(colours);
  return series.pattern === undefined
    ? drawnSwatch((context) => {
        context.strokeStyle = colour;
        context.lineWidth = Math.max(2, series.width ?? 1);
        context.setLineDash([...(series.dash ?? [])]);
        context.beginPath();
        context.moveTo(0, SWATCH_HEIGHT / 2);
        context.lineTo(SWATCH_WIDTH, SWATCH_HEIGHT / 2);
        context.stroke();
      })
    : patternSwatch(series.pattern, colour);
}

function patternSwatch(pattern: Pattern, colour: string): HTMLCanvasElement {
  return drawnSwatch((context) => {
    context.fillStyle = patternFill(context, pattern, colour);
    context.fillRect(0, 0, SWATCH_WIDTH, SWATCH_HEIGHT);
  });
}

function drawnSwatch(draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = el('canvas', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
  canvas.width = SWATCH_WIDTH * devicePixelRatio;
  canvas.height = SWATCH_HEIGHT * devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.scale(devicePixelRatio, devicePixelRatio);
    draw(context);
  }
  return canvas;
}
