import type { Head, Percentiles, Ratios, RedisState, Windows } from '../protocol/dashboard';
import { el, setAttribute, setHidden, setText, tableHead } from './dom';
import { formatBytes, formatCount, formatMs, formatRate, formatRatio } from './format';
import { type IconName, icon } from './icons';
import { plain } from './text';

const WINDOWS: readonly (readonly [key: keyof Windows, label: string])[] = [
  ['1m', '1 min'],
  ['5m', '5 min'],
  ['start', 'start'],
];
/** It may name all rights that the user of Redis lacks. */
const MAX_REASON = 1_000;
const PERCENTILES: readonly (keyof Percentiles)[] = ['p50', 'p95', 'p99'];

const REDIS_STATES: Readonly<Record<RedisState['state'], readonly [text: string, icon: IconName]>> = {
  up: ['up', 'good'],
  connecting: ['connecting', 'busy'],
  'refusing-writes': ['refuses writes', 'warning'],
  // What may not be read is of no more use than what is not there.
  'refusing-reads': ['refuses reads', 'error'],
  down: ['down', 'error'],
};

/** The figures at the top: what the cache is worth, and whether its parts are well. */
export class HeadView {
  readonly root: HTMLElement;
  private readonly hitRatio = new RatioTile('Hit ratio');
  private readonly offload = new RatioTile('Source offload');
  private readonly lookups = new FigureTile('Lookups');
  private readonly latency = new LatencyTile();
  private readonly redis = new FigureTile('Redis');
  private readonly miners = new FigureTile('Miners');
  private readonly instances = new FigureTile('Instances');
  private readonly none = el('p', { class: 'empty', text: 'Nothing has been read through the cache yet.' });

  constructor() {
    const tiles = [this.hitRatio, this.offload, this.lookups, this.latency, this.redis, this.miners, this.instances];
    this.root = el('section', { class: 'head', attributes: { 'aria-label': 'Overview' } }, [
      this.none,
      el(
        'div',
        { class: 'tiles' },
        tiles.map(({ root }) => root),
      ),
    ]);
  }

  update(head: Head): void {
    const { own, all, targetRatio, redis, miners, instances } = head;
    setHidden(this.none, own.hitRatio.start !== undefined || all?.hitRatio.start !== undefined);
    this.hitRatio.show(own, all, 'hitRatio', targetRatio);
    this.offload.show(own, all, 'sourceOffload', undefined);
    this.lookups.show(formatRate(head.lookupsPerSecond), undefined, ['of this window']);
    this.latency.show([
      ['Hit', head.hitLatency],
      ['Miss', head.missLatency],
      ['Fetch', head.fetchLatency],
    ]);
    const [state, stateIcon] = REDIS_STATES[redis.state];
    this.redis.show(state, stateIcon, redisLines(redis));
    this.miners.show(
      formatCount(miners.online),
      miners.offline > 0 ? 'warning' : miners.online > 0 ? 'good' : undefined,
      [`online of ${formatCount(miners.total)}`, `${formatCount(miners.offline)} offline`],
    );
    this.instances.show(formatCount(instances), undefined, [
      instances === undefined ? 'not known now' : 'alive on this Redis',
    ]);
  }
}

function redisLines({ reason, latencyMs, memoryBytes, memoryLimitBytes }: RedisState): readonly string[] {
  const limit = memoryLimitBytes === undefined ? '' : ` of ${formatBytes(memoryLimitBytes)}`;
  return [
    ...(reason === undefined ? [] : [plain(reason, MAX_REASON)]),
    ...(latencyMs === undefined ? [] : [`${formatMs(latencyMs)} round trip`]),
    ...(memoryBytes === undefined ? [] : [`${formatBytes(memoryBytes)}${limit} in use`]),
  ];
}

/** A figure with what belongs to it. */
class FigureTile {
  readonly root: HTMLElement;
  private readonly figure = el('span', { class: 'figure-text' });
  private readonly mark = el('span', { class: 'mark' });
  private readonly lines = el('div', { class: 'lines' });
  private shown: IconName | undefined;

  constructor(title: string) {
    const figure = el('p', { class: 'figure' }, [this.mark, this.figure]);
    this.root = el('div', { class: 'tile', attributes: { 'data-tile': title } }, [
      el('h2', { text: title }),
      figure,
      this.lines,
    ]);
  }

  show(figure: string, mark: IconName | undefined, lines: readonly string[]): void {
    setText(this.figure, figure);
    if (this.shown !== mark) {
      this.shown = mark;
      this.mark.replaceChildren(...(mark === undefined ? [] : [icon(mark)]));
      setAttribute(this.root, 'data-mark', mark ?? '');
    }
    if (lines.join('\n') !== [...this.lines.children].map(({ textContent }) => textContent).join('\n')) {
      this.lines.replaceChildren(...lines.map((text) => el('div', { text, title: text })));
    }
  }
}

/** A share of lookups: of the last five minutes at large, of all times and of all instances below. */
class RatioTile {
  readonly root: HTMLElement;
  private readonly figure: FigureTile;
  private readonly cells = new Map<string, HTMLElement>();

  constructor(title: string) {
    this.figure = new FigureTile(title);
    const row = (name: string) =>
      el('tr', {}, [
        el('th', { text: name, attributes: { scope: 'row' } }),
        ...WINDOWS.map(([key]) => {
          const cell = el('td', { text: '–' });
          this.cells.set(`${name} ${key}`, cell);
          return cell;
        }),
      ]);
    const body = el('tbody', {}, [row('this window'), row('all')]);
    this.root = this.figure.root;
    this.root.classList.add('wide');
    this.root.append(el('table', {}, [tableHead(['', ...WINDOWS.map(([, label]) => label)]), body]));
  }

  show(own: Ratios, all: Ratios | undefined, kind: keyof Ratios, target: number | undefined): void {
    const ratio = own[kind]['5m'] ?? own[kind].start;
    const isUnder = target !== undefined && ratio !== undefined && ratio < target;
    const goal = target === undefined ? undefined : `${Math.round(target * 100)} %`;
    const verdict =
      goal === undefined ? 'reads spared the miners' : isUnder ? `under the target of ${goal}` : `target ${goal}`;
    const mark = target === undefined || ratio === undefined ? undefined : isUnder ? 'warning' : 'good';
    this.figure.show(formatRatio(ratio), mark, [verdict]);
    for (const [key] of WINDOWS) {
      this.fill(`this window ${key}`, own[kind][key]);
      this.fill(`all ${key}`, all?.[kind][key]);
    }
  }

  private fill(name: string, ratio: number | undefined): void {
    const cell = this.cells.get(name);
    if (cell !== undefined) {
      setText(cell, formatRatio(ratio));
    }
  }
}

class LatencyTile {
  readonly root: HTMLElement;
  private readonly body = el('tbody');

  constructor() {
    this.root = el('div', { class: 'tile wide', attributes: { 'data-tile': 'Latency' } }, [
      el('h2', { text: 'Latency' }),
      el('table', {}, [tableHead(['', ...PERCENTILES]), this.body]),
    ]);
  }

  show(rows: readonly (readonly [name: string, percentiles: Percentiles])[]): void {
    rows.forEach(([name, percentiles], index) => {
      const row = this.body.children[index] ?? this.addRow(name);
      PERCENTILES.forEach((key, at) => {
        const cell = row.children[at + 1];
        if (cell !== undefined) {
          setText(cell, formatMs(percentiles[key]));
        }
      });
    });
  }

  private addRow(name: string): HTMLTableRowElement {
    const row = el('tr', {}, [
      el('th', { text: name, attributes: { scope: 'row' } }),
      ...PERCENTILES.map(() => el('td')),
    ]);
    this.body.append(row);
    return row;
  }
}
