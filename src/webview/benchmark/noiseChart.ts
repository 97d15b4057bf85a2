import uPlot from 'uplot';
import type { BenchmarkLine } from '../../protocol/benchmark';
import { quietAxis } from '../charts/axis';
import { el } from '../dom';
import type { Theme } from '../theme';

const HEIGHT = 220;
const AXIS_WIDTH = 62;
const AXIS_HEIGHT = 26;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]];
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
/** What is nearly still is not made to look restless. */
const LEAST_RANGE = 0.1;

/** How some figures went over the repeats, each in relation to its own median. */
export class NoiseChart {
  readonly root: HTMLElement;
  private readonly box: HTMLElement;
  private readonly legend = el('ul', { class: 'legend', attributes: { 'aria-hidden': 'true' } });
  private readonly observer: ResizeObserver;
  private plot: uPlot | undefined;

  constructor(
    private readonly lines: readonly BenchmarkLine[],
    private readonly theme: Theme,
  ) {
    this.box = el('div', { class: 'plot', attributes: { role: 'img', 'aria-label': describe(lines) } });
    this.root = el('figure', { class: 'chart', attributes: { 'data-chart': 'noise' } }, [
      el('figcaption', { class: 'chart-head' }, [el('h3', { text: 'Noise: each repeat, relative to the median' })]),
      this.box,
      this.legend,
    ]);
    this.observer = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
    this.observer.observe(this.root);
  }

  draw(): void {
    const { lines } = this;
    const { colours } = this.theme;
    this.plot?.destroy();
    const repeats = Math.max(...lines.map(({ shares }) => shares.length));
    const all = lines.flatMap(({ shares }) => shares);
    const range: [number, number] = [
      Math.min(1 - LEAST_RANGE, ...all.map((share) => share - 0.02)),
      Math.max(1 + LEAST_RANGE, ...all.map((share) => share + 0.02)),
    ];
    const axis = quietAxis(colours);
    this.plot = new uPlot(
      {
        width: this.width(),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 12, 0, 0],
        scales: { x: { time: false, range: () => [0.5, repeats + 0.5] }, y: { range: () => range } },
        axes: [
          {
            ...axis,
            size: AXIS_HEIGHT,
            incrs: [1, 2, 5, 10],
            values: (_, values) => values.map((value) => `#${value}`),
          },
          { ...axis, size: AXIS_WIDTH, values: (_, values) => values.map((value) => PERCENT.format(value)) },
        ],
        series: [
          {},
          ...lines.map(({ label, colour }, index) => ({
            label,
            stroke: colours.data(colour),
            width: 2,
            dash: [...(DASHES[index % DASHES.length] ?? [])],
            points: { show: true, size: 6, fill: colours.data(colour) },
          })),
        ],
      },
      [
        Array.from({ length: repeats }, (_, index) => index + 1),
        ...lines.map(({ shares }) => Array.from({ length: repeats }, (_, index) => shares[index] ?? null)),
      ],
      this.box,
    );
    this.legend.replaceChildren(...lines.map((line, index) => this.legendEntry(line, DASHES[index % DASHES.length])));
  }

  dispose(): void {
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private legendEntry({ label, colour }: BenchmarkLine, dash: readonly number[] = []): HTMLElement {
    const canvas = el('canvas', { class: 'swatch' });
    canvas.width = 22 * devicePixelRatio;
    canvas.height = 10 * devicePixelRatio;
    const context = canvas.getContext('2d');
    if (context !== null) {
      context.scale(devicePixelRatio, devicePixelRatio);
      context.strokeStyle = this.theme.colours.data(colour);
      context.lineWidth = 2;
      context.setLineDash([...dash]);
      context.beginPath();
      context.moveTo(0, 5);
      context.lineTo(22, 5);
      context.stroke();
    }
    return el('li', { class: 'legend-target' }, [canvas, el('span', { text: label })]);
  }

  private width(): number {
    return Math.max(1, this.root.clientWidth);
  }
}

function describe(lines: readonly BenchmarkLine[]): string {
  const parts = lines.map(
    ({ label, shares }) => `${label}: ${PERCENT.format(Math.min(...shares))} to ${PERCENT.format(Math.max(...shares))}`,
  );
  return `How far each repeat was from the median. ${parts.join('. ')}. The tables below have each repeat.`;
}
