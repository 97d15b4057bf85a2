import type { Sample } from '../../protocol/dashboard';
import { button, el, section, setHidden, setPressed, setText } from '../dom';
import type { Theme } from '../theme';
import { RANGES, type RangeName, type ViewState, withItem } from '../viewState';
import { COMPACT_HIT_RATIO, HIT_RATIO, LATENCY, LOOKUPS, MEMORY } from './specs';
import { type ChartOwner, TimeChart } from './timeChart';
import { timeline } from './timeline';
import { bucketMs, TimeWindow } from './timeWindow';

const HEIGHT = 170;
/** In so many steps a chart moves over its whole width: about one for each pixel. */
const FINEST_STEPS = 600;
const COMPACT_HEIGHT = 90;

const RANGE_LABELS: Readonly<Record<RangeName, string>> = {
  '1m': '1 min',
  '5m': '5 min',
  '15m': '15 min',
  '1h': '1 h',
  '6h': '6 h',
};

export interface ChartsOwner {
  readonly theme: Theme;
  readonly state: ViewState;
  save(change: Partial<ViewState>): void;
  now(): number;
  redraw(): void;
}

/** All charts, and the stretch of time that they show together. */
export class Charts {
  readonly root: HTMLElement;
  private readonly charts: readonly TimeChart[];
  private readonly window: TimeWindow;
  private latest: readonly Sample[] = [];
  private drawnTo = 0;
  private isOpening = true;
  /** What is shown while it is paused. */
  private held: readonly Sample[] | undefined;
  private readonly rangeButtons = new Map<RangeName, HTMLButtonElement>();
  private readonly resetButton: HTMLButtonElement;
  private readonly pauseButton: HTMLButtonElement;

  constructor(
    private readonly owner: ChartsOwner,
    isCompact: boolean,
  ) {
    this.window = new TimeWindow(owner.state.range);
    const specs = isCompact ? [COMPACT_HIT_RATIO] : [HIT_RATIO, LOOKUPS, LATENCY, MEMORY];
    this.charts = specs.map((spec) => new TimeChart(spec, this.chartOwner(isCompact ? COMPACT_HEIGHT : HEIGHT)));
    for (const range of RANGES) {
      this.rangeButtons.set(
        range,
        button(RANGE_LABELS[range], () => this.show(range), { class: 'toggle' }),
      );
    }
    this.resetButton = button('Reset zoom', () => this.resetZoom());
    this.pauseButton = button('Pause', () => this.togglePause(), { class: 'toggle' });
    const ranges = el('div', { class: 'group', attributes: { role: 'group', 'aria-label': 'Time shown' } }, [
      ...this.rangeButtons.values(),
    ]);
    this.root = section('charts', 'History', isCompact ? [] : [this.resetButton, ranges, this.pauseButton], [
      el(
        'div',
        { class: 'chart-grid' },
        this.charts.map(({ root }) => root),
      ),
    ]);
    this.showTools();
  }

  /**
   * Draws what is known. When the page opens, its first chart does not wait for the others.
   *
   * @returns whether all charts are drawn; if not, they are the next time.
   */
  update(samples: readonly Sample[], target: number | undefined): boolean {
    this.latest = samples;
    const stretch = this.window.at(this.owner.now());
    this.drawnTo = stretch.to;
    const pieces = timeline(this.held ?? samples, stretch.from, stretch.to, bucketMs(stretch));
    const due = this.isOpening ? this.charts.slice(0, 1) : this.charts;
    this.isOpening = false;
    for (const chart of due) {
      chart.update(pieces, stretch, chart === this.charts[0] ? target : undefined);
    }
    return due.length === this.charts.length;
  }

  /** The stretch of time does not move, or not by so much that it would be seen. */
  get isStill(): boolean {
    const { from, to } = this.window.at(this.owner.now());
    return this.window.isPaused || this.window.isZoomed || to - this.drawnTo < (to - from) / FINEST_STEPS;
  }

  /** The colours are others now. */
  recolour(): void {
    for (const chart of this.charts) {
      chart.discard();
    }
    this.owner.redraw();
  }

  private chartOwner(height: number): ChartOwner {
    const { owner } = this;
    return {
      height,
      theme: owner.theme,
      isHidden: (chart, series) => owner.state.hiddenSeries.includes(`${chart}/${series}`),
      toggleSeries: (chart, series) => {
        const key = `${chart}/${series}`;
        const { hiddenSeries } = owner.state;
        owner.save({ hiddenSeries: withItem(hiddenSeries, key, !hiddenSeries.includes(key)) });
      },
      isTable: (chart) => owner.state.tables.includes(chart),
      setTable: (chart, isTable) => owner.save({ tables: withItem(owner.state.tables, chart, isTable) }),
      zoomTo: (from, to) => this.changeWindow(() => this.window.zoomTo(from, to)),
      zoomBy: (factor) => this.changeWindow(() => this.window.zoomBy(factor, owner.now())),
      resetZoom: () => this.resetZoom(),
    };
  }

  private show(range: RangeName): void {
    this.owner.save({ range });
    this.changeWindow(() => this.window.show(range));
  }

  private resetZoom(): void {
    this.changeWindow(() => this.window.resetZoom());
  }

  private togglePause(): void {
    this.changeWindow(() => {
      if (this.window.isPaused) {
        this.window.resume();
        this.held = undefined;
      } else {
        this.window.pause(this.owner.now());
        this.held = this.latest;
      }
    });
  }

  private changeWindow(change: () => void): void {
    change();
    this.showTools();
    this.owner.redraw();
  }

  private showTools(): void {
    for (const [range, element] of this.rangeButtons) {
      setPressed(element, range === this.window.range && !this.window.isZoomed);
    }
    setHidden(this.resetButton, !this.window.isZoomed);
    setPressed(this.pauseButton, this.window.isPaused);
    setText(this.pauseButton, this.window.isPaused ? 'Resume' : 'Pause');
  }
}
