import uPlot from 'uplot';
import { el, setHidden, setText, toggle } from '../dom';
import { formatTime } from '../format';
import type { Theme } from '../theme';
import { quietAxis } from './axis';
import { chartTable } from './chartTable';
import { type Columns, columnsOf, datasetsOf } from './columns';
import { Legend } from './legend';
import { drawGround, drawMarks, drawTarget } from './marks';
import { Patterns } from './patterns';
import { valueAxis, valueScale } from './scales';
import type { ChartSpec, SeriesSpec } from './specs';
import type { Piece, Span } from './timeline';
import type { Stretch } from './timeWindow';

/** What a chart asks of those around it. */
export interface ChartOwner {
  readonly height: number;
  readonly theme: Theme;
  isHidden(chart: string, series: string): boolean;
  toggleSeries(chart: string, series: string): void;
  isTable(chart: string): boolean;
  setTable(chart: string, isTable: boolean): void;
  zoomTo(from: number, to: number): void;
  zoomBy(factor: number): void;
  resetZoom(): void;
}

/** One chart over time, with legend, empty state and table. */
export class TimeChart {
  readonly root: HTMLElement;
  private readonly plotBox: HTMLElement;
  private readonly tableBox = el('div', { class: 'table-box' });
  private readonly empty: HTMLElement;
  private readonly legendBox = el('div');
  private readonly marksText = el('p', { class: 'marks-text' });
  private plot: uPlot | undefined;
  private patterns: Patterns | undefined;
  private legend: Legend | undefined;
  private series: readonly SeriesSpec[] = [];
  private pieces: readonly Piece[] = [];
  private stretch: Stretch = { from: 0, to: 1 };
  private columns: Columns = { times: [], values: [], heights: [], spans: [] };
  private target: number | undefined;

  constructor(
    private readonly spec: ChartSpec,
    private readonly owner: ChartOwner,
  ) {
    this.empty = el('p', { class: 'empty', text: spec.empty, attributes: { hidden: '' } });
    this.plotBox = el('div', {
      class: 'plot',
      attributes: {
        tabindex: '0',
        role: 'group',
        'aria-label': `${spec.title}. ${spec.description} Arrow keys move along the time, plus and minus zoom, Escape shows all.`,
      },
    });
    this.plotBox.addEventListener('keydown', (event) => this.onKey(event));
    const asTable = toggle('Show as table', owner.isTable(spec.id), (isTable) => {
      owner.setTable(spec.id, isTable);
      this.draw();
    });
    this.root = el('figure', { class: 'chart', attributes: { 'data-chart': spec.id } }, [
      el('figcaption', { class: 'chart-head' }, [el('h3', { text: spec.title }), asTable]),
      this.empty,
      this.plotBox,
      this.tableBox,
      this.marksText,
      this.legendBox,
    ]);
    // The box is as wide as the page allows, and its plot must not keep it from shrinking.
    new ResizeObserver(() => this.resize()).observe(this.root);
  }

  update(pieces: readonly Piece[], stretch: Stretch, target: number | undefined): void {
    this.pieces = pieces;
    this.stretch = stretch;
    this.target = target;
    const series = this.spec.series(datasetsOf(pieces));
    if (series.map(({ key }) => key).join('\n') !== this.series.map(({ key }) => key).join('\n')) {
      this.series = series;
      this.discard();
    }
    this.draw();
  }

  /** Makes the plot anew at the next drawing: with other colours, or with other series. */
  discard(): void {
    this.plot?.destroy();
    this.plot = undefined;
    this.patterns = undefined;
  }

  draw(): void {
    const { spec, owner, series } = this;
    this.columns = columnsOf(this.pieces, series, spec, ({ key }) => owner.isHidden(spec.id, key));
    const isEmpty = !this.columns.values.some((column) => column.some((value) => value !== null));
    const isTable = owner.isTable(spec.id);
    setHidden(this.empty, !isEmpty);
    setHidden(this.plotBox, isEmpty || isTable);
    setHidden(this.tableBox, isEmpty || !isTable);
    setHidden(this.legendBox, isEmpty || isTable);
    setHidden(this.marksText, isEmpty || isTable || !spec.hasMarks);
    if (isEmpty) {
      return;
    }
    if (isTable) {
      this.tableBox.replaceChildren(chartTable(spec, series, this.columns));
      return;
    }
    if (this.plot === undefined) {
      this.plot = this.makePlot();
    }
    this.plot.setData([this.columns.times, ...this.columns.heights]);
    this.showValues();
  }

  private makePlot(): uPlot {
    const { spec, owner, series } = this;
    const { colours } = owner.theme;
    const isHidden = (key: string) => owner.isHidden(spec.id, key);
    this.legend = new Legend(series, colours, isHidden, (key) => {
      owner.toggleSeries(spec.id, key);
      this.discard();
      this.draw();
    });
    if (this.target !== undefined) {
      this.legend.addTarget(this.target, colours);
    }
    this.legendBox.replaceChildren(this.legend.root);
    const axis = quietAxis(colours);
    const plot = new uPlot(
      {
        width: this.width(),
        height: owner.height,
        ms: 1,
        legend: { show: false },
        padding: [8, 24, 0, 0],
        cursor: {
          drag: { x: true, y: false, setScale: false },
          sync: { key: 'time' },
          points: { size: 6 },
        },
        scales: {
          x: { time: true, range: () => [this.stretch.from, this.stretch.to] },
          y: valueScale(spec, () => this.target),
        },
        axes: [
          { ...axis, size: 26, space: 70, values: (_, times) => times.map((time) => this.axisTime(time)) },
          { ...axis, size: 62, ...valueAxis(spec) },
        ],
        series: [{}, ...series.map((each) => this.plotSeries(each, isHidden(each.key)))],
        ...(spec.isStacked ? { bands: this.bands(isHidden) } : {}),
        hooks: {
          drawClear: [(self) => drawGround(self, this.pieces, colours)],
          draw: [(self) => this.drawOver(self)],
          setCursor: [() => this.showValues()],
          setSelect: [(self) => this.onSelect(self)],
        },
      },
      [this.columns.times, ...this.columns.heights],
      this.plotBox,
    );
    return plot;
  }

  private plotSeries(series: SeriesSpec, isHidden: boolean): uPlot.Series {
    const colour = series.colour(this.owner.theme.colours);
    const { pattern } = series;
    return {
      label: series.label,
      show: !isHidden,
      stroke: colour,
      width: series.width ?? 1,
      dash: [...(series.dash ?? [])],
      // A point that stands between two gaps has no line to be seen by.
      points: { size: 4, fill: colour, filter: (self, index) => lonelyPoints(self.data[index] ?? []) },
      ...(pattern === undefined ? {} : { fill: (self: uPlot) => this.canvasFill(self, pattern, colour) }),
    };
  }

  /** Each layer is filled down to the next one below it that is shown. */
  private bands(isHidden: (key: string) => boolean): uPlot.Band[] {
    const shown = this.series.flatMap(({ key }, index) => (isHidden(key) ? [] : [index + 1]));
    return shown.slice(1).map((upper, index) => ({ series: [upper, shown[index] ?? 0] }));
  }

  private drawOver(plot: uPlot): void {
    const { colours } = this.owner.theme;
    if (this.target !== undefined) {
      drawTarget(plot, this.target, colours);
    }
    if (this.spec.hasMarks) {
      drawMarks(
        plot,
        this.columns.spans.filter((span) => span !== undefined),
        colours,
      );
    }
  }

  /** uPlot hands a filling to the canvas as it is; its types know only of colours. */
  private canvasFill(plot: uPlot, pattern: SeriesSpec['pattern'] & string, colour: string): string {
    this.patterns ??= new Patterns(plot.ctx);
    return this.patterns.fill(pattern, colour) as string;
  }

  private showValues(): void {
    const { spans, values, times } = this.columns;
    const hovered = this.plot?.cursor.idx;
    const index = hovered ?? spans.findLastIndex((span) => span !== undefined);
    const texts = this.series.map(({ key }, at) => [key, this.spec.format(values[at]?.[index] ?? undefined)] as const);
    this.legend?.show(new Map(texts));
    setText(
      this.marksText,
      hovered == null ? marksText('In this time', spans) : marksText(formatTime(times[index] ?? 0), [spans[index]]),
    );
  }

  private onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width > 2) {
      this.owner.zoomTo(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
    }
    if (width > 0) {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.moveCursor(-1),
      ArrowRight: () => this.moveCursor(1),
      '+': () => this.owner.zoomBy(0.5),
      '=': () => this.owner.zoomBy(0.5),
      '-': () => this.owner.zoomBy(2),
      Escape: () => this.owner.resetZoom(),
    };
    const action = actions[event.key];
    if (action !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action();
    }
  }

  private moveCursor(step: number): void {
    const { plot, columns } = this;
    if (plot === undefined || columns.times.length === 0) {
      return;
    }
    const from = plot.cursor.idx ?? columns.times.length - (step > 0 ? 2 : 0);
    const to = Math.min(columns.times.length - 1, Math.max(0, from + step));
    plot.setCursor({ left: plot.valToPos(columns.times[to] ?? 0, 'x'), top: plot.over.clientHeight / 2 });
  }

  private axisTime(at: number): string {
    const isShort = this.stretch.to - this.stretch.from <= 5 * 60_000;
    return formatTime(at).slice(0, isShort ? 8 : 5);
  }

  private width(): number {
    return Math.max(160, Math.floor(this.root.clientWidth) - 2);
  }

  private resize(): void {
    const width = this.width();
    if (this.plot !== undefined && this.plot.width !== width) {
      this.plot.setSize({ width, height: this.owner.height });
    }
  }
}

function marksText(when: string, spans: readonly (Span | undefined)[]): string {
  const sum = (count: (span: Span) => number) =>
    spans.reduce((total, span) => total + (span === undefined ? 0 : count(span)), 0).toLocaleString('en');
  return `${when}: ▲ ${sum((span) => span.invalidations)} invalidated · ▼ ${sum((span) => span.evictions)} evicted`;
}

function lonelyPoints(values: ArrayLike<number | null | undefined>): number[] {
  const lonely: number[] = [];
  for (let index = 0; index < values.length; index++) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) {
      lonely.push(index);
    }
  }
  return lonely;
}
