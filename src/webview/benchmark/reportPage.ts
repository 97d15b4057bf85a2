import type { BenchmarkRequest, BenchmarkSection, BenchmarkVerdict, BenchmarkView } from '../../protocol/benchmark';
import { button, el, section, setHidden, setText, tableHead } from '../dom';
import { type IconName, icon } from '../icons';
import { plain } from '../text';
import { Theme } from '../theme';
import { BarChart } from './barChart';
import { NoiseChart } from './noiseChart';

const VERDICT_ICONS: Readonly<Record<BenchmarkVerdict, IconName | undefined>> = {
  better: 'good',
  worse: 'warning',
  noise: undefined,
  unknown: undefined,
};
/** Descriptions and notes are sentences. */
const MOST_CHARACTERS = 1_000;

interface Chart {
  readonly root: HTMLElement;
  draw(): void;
  dispose(): void;
}

/** The page of a benchmark's report: what the host tells, as text, tables and charts. */
export class ReportPage {
  private readonly title = el('h1', { text: 'Benchmark' });
  private readonly subtitle = el('p', { class: 'muted' });
  private readonly status = el('p', { class: 'empty', text: 'Loading …', attributes: { role: 'status' } });
  private readonly content = el('main', { class: 'report', attributes: { hidden: '' } });
  private readonly exports: readonly HTMLButtonElement[];
  private readonly stopComparing: HTMLButtonElement;
  private readonly theme = new Theme(() => this.redraw());
  private charts: readonly Chart[] = [];

  constructor(private readonly request: (request: BenchmarkRequest) => void) {
    const secondary = { class: 'secondary' };
    this.stopComparing = button('Stop Comparing', () => this.request('stopComparing'), secondary);
    this.exports = [
      button('Compare With…', () => this.request('compare'), secondary),
      this.stopComparing,
      button('Export as Markdown…', () => this.request('exportMarkdown'), secondary),
      button('Export as JSON…', () => this.request('exportJson'), secondary),
    ];
  }

  start(): void {
    document.body.classList.add('dashboard', 'benchmark');
    const again = button('Run Again', () => this.request('runAgain'));
    document.body.append(
      el('header', { class: 'toolbar' }, [
        el('div', {}, [this.title, this.subtitle]),
        el('div', { class: 'tools' }, [again, ...this.exports]),
      ]),
      this.status,
      this.content,
    );
    this.allow(false);
  }

  /** There is no report. */
  showReason(reason: string): void {
    setText(this.status, plain(reason, MOST_CHARACTERS));
    setHidden(this.status, false);
    setHidden(this.content, true);
    this.allow(false);
  }

  show(view: BenchmarkView): void {
    setText(this.title, plain(view.title));
    setText(this.subtitle, plain(view.subtitle));
    this.dropCharts();
    this.charts = [
      ...view.charts.map((chart) => new BarChart(chart, this.theme)),
      ...(view.noise.length === 0 ? [] : [new NoiseChart(view.noise, this.theme)]),
    ];
    const chartGrid = el(
      'div',
      { class: 'chart-grid' },
      this.charts.map(({ root }) => root),
    );
    this.content.replaceChildren(
      summary(view),
      ...(this.charts.length === 0 ? [] : [section('charts', 'Charts', [], [chartGrid])]),
      ...view.sections.map((each) => sectionOf(each, view.comparison !== undefined)),
      facts(view),
    );
    setHidden(this.status, true);
    setHidden(this.content, false);
    this.allow(true);
    setHidden(this.stopComparing, view.comparison === undefined);
    this.redraw();
  }

  private redraw(): void {
    for (const chart of this.charts) {
      chart.draw();
    }
  }

  private dropCharts(): void {
    for (const chart of this.charts) {
      chart.dispose();
    }
    this.charts = [];
  }

  private allow(hasReport: boolean): void {
    for (const each of this.exports) {
      setHidden(each, !hasReport);
    }
  }
}

function summary({ summary: sentences, notes, comparison }: BenchmarkView): HTMLElement {
  return section(
    'summary',
    'In short',
    [],
    [
      el(
        'ul',
        { class: 'sentences' },
        sentences.map((text) => el('li', { text: plain(text, MOST_CHARACTERS) })),
      ),
      ...notes.map((text) => noteOf(text)),
      ...(comparison === undefined
        ? []
        : [
            el('p', { class: 'compared', text: `Compared with ${plain(comparison.title)}.` }),
            ...(comparison.conditions.length === 0
              ? []
              : [noteOf(`Not alike: ${comparison.conditions.join('; ')}. The figures tell of that too.`)]),
          ]),
    ],
  );
}

function sectionOf({ id, title, description, notes, rows }: BenchmarkSection, isCompared: boolean): HTMLElement {
  const head = ['Figure', 'Median', 'Noise', ...(isCompared ? ['Earlier', 'Change'] : [])];
  const table = el('table', { class: 'figures' }, [
    el('caption', { class: 'unseen', text: plain(title) }),
    tableHead(head),
    el(
      'tbody',
      {},
      rows.map((row) =>
        el('tr', {}, [
          el('th', { text: plain(row.label), attributes: { scope: 'row' } }),
          ...[row.median, row.noise].map((text) => el('td', { text: plain(text) })),
          ...(isCompared ? [el('td', { text: row.compared?.earlier ?? '–' }), changeOf(row.compared)] : []),
        ]),
      ),
    ),
  ]);
  return section(
    `scenario-${id}`,
    plain(title),
    [],
    [
      el('p', { class: 'muted', text: plain(description, MOST_CHARACTERS) }),
      ...notes.map((text) => noteOf(text)),
      ...(rows.length === 0 ? [] : [el('div', { class: 'table-box' }, [table]), repeatsOf(rows)]),
    ],
  );
}

function changeOf(compared: BenchmarkSection['rows'][number]['compared']): HTMLElement {
  if (compared === undefined) {
    return el('td', { text: '–' });
  }
  const name = VERDICT_ICONS[compared.verdict];
  const text = document.createTextNode(plain(compared.change));
  return el('td', { class: `verdict-${compared.verdict}` }, name === undefined ? [text] : [icon(name), text]);
}

/** Every single repeat, for who wants to know. */
function repeatsOf(rows: BenchmarkSection['rows']): HTMLElement {
  const most = Math.max(...rows.map(({ repeats }) => repeats.length));
  const numbers = Array.from({ length: most }, (_, index) => String(index + 1));
  const table = el('table', {}, [
    el('caption', { class: 'unseen', text: 'Each repeat' }),
    tableHead(['Repeat', ...numbers]),
    el(
      'tbody',
      {},
      rows.map(({ label, repeats }) =>
        el('tr', {}, [
          el('th', { text: plain(label), attributes: { scope: 'row' } }),
          ...numbers.map((_, index) => el('td', { text: plain(repeats[index] ?? '–') })),
        ]),
      ),
    ),
  ]);
  return el('details', { class: 'repeats' }, [
    el('summary', { text: 'Each repeat' }),
    el('div', { class: 'table-box' }, [table]),
  ]);
}

function facts({ facts: rows }: BenchmarkView): HTMLElement {
  const table = el('table', { class: 'facts' }, [
    el('caption', { class: 'unseen', text: 'Machine and Redis' }),
    el(
      'tbody',
      {},
      rows.map(([name, value]) =>
        el('tr', {}, [el('th', { text: plain(name), attributes: { scope: 'row' } }), el('td', { text: plain(value) })]),
      ),
    ),
  ]);
  return section('facts', 'Machine and Redis', [], [table]);
}

function noteOf(text: string): HTMLElement {
  return el('p', { class: 'note', text: plain(text, MOST_CHARACTERS) });
}
