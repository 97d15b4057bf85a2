import uPlot from 'uplot';
import type { BenchmarkBars, BenchmarkChart } from '../../protocol/benchmark';
import { quietAxis } from '../charts/axis';
import { Patterns, patternFill } from '../charts/patterns';
import type { Pattern } from '../charts/specs';
import type { Colours } from '../colours';
import { el } from '../dom';
import { plain } from '../text';
import type { Theme } from '../theme';
import { tick } from './ticks';

const HEIGHT = 220;
const AXIS_WIDTH = 62;
const AXIS_HEIGHT = 26;
/** Of the room that a group has. */
const GROUP_SHARE = 0.78;
const HEADROOM = 1.15;
/** Bars differ by more than their colour. */
const PATTERNS: Readonly<Record<BenchmarkBars['colour'], Pattern>> = {
  miss: 'solid',
  l2: 'rising',
  l1: 'dots',
  stale: 'solid',
  bypass: 'rising',
};
const SWATCH = { width: 22, height: 10 };

/** Bars in groups, each with the least and the greatest of its repeats, and where it was in the run that it is held against. */
export class BarChart {
  readonly root: HTMLElement;
  private readonly box = el('div', { class: 'plot' });
  private readonly legend = el('ul', { class: 'legend', attributes: { 'aria-hidden': 'true' } });
  private readonly observer: ResizeObserver;
  private plot: uPlot | undefined;

  constructor(
    private readonly chart: BenchmarkChart,
    private readonly theme: Theme,
  ) {
    this.box.setAttribute('role', 'img');
    this.box.setAttribute('aria-label', describe(chart));
    this.root = el('figure', { class: 'chart', attributes: { 'data-chart': chart.id } }, [
      el('figcaption', { class: 'chart-head' }, [el('h3', { text: chart.title })]),
      this.box,
      this.legend,
    ]);
    this.observer = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
    this.observer.observe(this.root);
  }

  /** Draws anew, in the colours of the moment. */
  draw(): void {
    const { chart, theme } = this;
    const { colours } = theme;
    this.plot?.destroy();
    const { groups, bars, unit } = chart;
    const [least, greatest] = extent(bars);
    const axis = quietAxis(colours);
    this.plot = new uPlot(
      {
        width: this.width(),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 12, 0, 0],
        scales: {
          x: { time: false, range: () => [-0.5, groups.length - 0.5] },
          y: chart.isLogarithmic
            ? {
                distr: 3,
                range: () => [10 ** Math.floor(Math.log10(least) - 0.2), 10 ** Math.ceil(Math.log10(greatest))],
              }
            : { range: () => [0, greatest * HEADROOM] },
        },
        axes: [
          {
            ...axis,
            size: AXIS_HEIGHT,
            grid: { show: false },
            splits: () => groups.map((_, index) => index),
            values: () => groups.map((group) => plain(group)),
          },
          {
            ...axis,
            size: AXIS_WIDTH,
            ...(chart.isLogarithmic ? { splits: (_, __, min, max) => powersOfTen(min, max) } : {}),
            // Of a logarithmic axis uPlot leaves out the texts that have no room, and hands over nothing in their places.
            values: (_, all: readonly (number | null)[]) =>
              all.map((value) => (value === null ? null : tick(value, unit))),
          },
        ],
        // The bars are drawn by hand: uPlot has no groups of them.
        series: [{}, ...bars.map(() => ({ paths: () => null, points: { show: false } }))],
        hooks: { draw: [(plot) => drawBars(plot, bars, colours)] },
      },
      [groups.map((_, index) => index), ...bars.map(({ medians }) => [...medians])],
      this.box,
    );
    this.legend.replaceChildren(...bars.map((each) => legendEntry(each, colours)));
    if (bars.some(({ earlier }) => earlier !== undefined)) {
      this.legend.append(el('li', { class: 'legend-target' }, [el('span', { text: '▬ earlier median' })]));
    }
  }

  dispose(): void {
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private width(): number {
    return Math.max(1, this.root.clientWidth);
  }
}

function drawBars(plot: uPlot, bars: readonly BenchmarkBars[], colours: Colours): void {
  const { ctx, bbox } = plot;
  const patterns = new Patterns(ctx);
  const room = (plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true)) * GROUP_SHARE;
  const width = room / bars.length;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [index, { medians, least, greatest, earlier, colour }] of bars.entries()) {
    for (const [group, median] of medians.entries()) {
      if (median === null) {
        continue;
      }
      const left = plot.valToPos(group, 'x', true) - room / 2 + index * width;
      const inner = width * 0.86;
      const top = plot.valToPos(median, 'y', true);
      ctx.fillStyle = patterns.fill(PATTERNS[colour], colours.data(colour));
      ctx.fillRect(left, top, inner, bottom - top);
      ctx.strokeStyle = colours.data(colour);
      ctx.lineWidth = devicePixelRatio;
      ctx.strokeRect(left, top, inner, bottom - top);
      const [low, high] = [least[group] ?? median, greatest[group] ?? median];
      drawWhisker(plot, left + inner / 2, low, high, inner, colours);
      const former = earlier?.[group];
      if (former !== undefined && former !== null) {
        const y = plot.valToPos(former, 'y', true);
        ctx.fillStyle = colours.foreground;
        ctx.fillRect(left, y - devicePixelRatio, inner, 2 * devicePixelRatio);
      }
    }
  }
  ctx.restore();
}

/** From the least to the greatest repeat. On a ground of its own, so that it is seen on any bar. */
function drawWhisker(plot: uPlot, x: number, low: number, high: number, width: number, colours: Colours): void {
  const { ctx } = plot;
  const [from, to] = [plot.valToPos(low, 'y', true), plot.valToPos(high, 'y', true)];
  const cap = Math.min(width / 4, 6 * devicePixelRatio);
  for (const [colour, line] of [
    [colours.background, 3],
    [colours.foreground, 1],
  ] as const) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = line * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, from);
    ctx.lineTo(x, to);
    for (const y of [from, to]) {
      ctx.moveTo(x - cap, y);
      ctx.lineTo(x + cap, y);
    }
    ctx.stroke();
  }
}

function legendEntry({ label, colour }: BenchmarkBars, colours: Colours): HTMLElement {
  const canvas = el('canvas', { class: 'swatch' });
  canvas.width = SWATCH.width * devicePixelRatio;
  canvas.height = SWATCH.height * devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.fillStyle = patternFill(context, PATTERNS[colour], colours.data(colour));
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return el('li', { class: 'legend-target' }, [canvas, el('span', { text: label })]);
}

function extent(bars: readonly BenchmarkBars[]): readonly [least: number, greatest: number] {
  const values = bars
    .flatMap(({ medians, least, greatest, earlier = [] }) => [medians, least, greatest, earlier])
    .flat()
    .filter((value): value is number => value !== null && value > 0);
  return values.length === 0 ? [1, 10] : [Math.min(...values), Math.max(...values)];
}

function powersOfTen(min: number, max: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))];
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** The tables below have the figures; this says that they do, and what the bars come to. */
function describe({ title, groups, bars, unit }: BenchmarkChart): string {
  const parts = bars.map(({ label, medians }) => {
    const figures = medians.map((median, index) =>
      median === null ? undefined : `${groups[index] ?? ''} ${tick(median, unit)}`,
    );
    return `${label}: ${figures.filter((figure) => figure !== undefined).join(', ')}`;
  });
  return `${title}. ${parts.join('. ')}. The tables below have all figures.`;
}
