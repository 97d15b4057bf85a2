import type { EventKind, EventRow } from '../protocol/dashboard';
import { el, section, setHidden, setPressed, setText, tableHead, tableRow, toggle } from './dom';
import { type EventFilter, eventText, filterEvents } from './eventFilter';
import { EVENT_KINDS, type EventCounts, type EventHistory } from './eventHistory';
import { EventItem, KIND_LABELS } from './eventItem';
import { formatCount, formatRate, formatTime } from './format';
import { plain } from './text';
import { type ViewState, withItem } from './viewState';

const ROW_HEIGHT = 22;
/** Rows beyond the visible ones, so that scrolling does not show an empty stretch. */
const SPARE_ROWS = 4;
const TABLE_ROWS = 200;
const TABLE = 'events';

export interface EventsOwner {
  readonly state: ViewState;
  save(change: Partial<ViewState>): void;
  now(): number;
  reveal(minerId: string): void;
}

/** The messages as they come, the newest at the top. Only the rows that are seen are in the page. */
export class EventStream {
  readonly root: HTMLElement;
  private readonly rate = el('span', { class: 'rate muted' });
  private readonly pauseButton: HTMLButtonElement;
  private readonly kindButtons = new Map<EventKind, HTMLButtonElement>();
  private readonly scroller = el('div', {
    class: 'event-scroller',
    attributes: { tabindex: '0', role: 'group', 'aria-label': 'Events, the newest first' },
  });
  private readonly spacer = el('div', { class: 'event-spacer' });
  private readonly list = el('ol', { class: 'event-list' });
  private readonly tableBox = el('div', { class: 'table-box' });
  private readonly empty = el('p', { class: 'empty' });
  /** What is listed while it is paused. */
  private held: readonly EventRow[] | undefined;
  private listed: readonly EventRow[] = [];
  private items: EventItem[] = [];
  /** Of the scroller, as the browser told last: to ask it has it lay out the page at once. */
  private readonly place = { top: 0, height: 0 };

  constructor(
    private readonly history: EventHistory,
    private readonly owner: EventsOwner,
  ) {
    this.pauseButton = toggle('Pause', false, (isPaused) => {
      this.held = isPaused ? this.history.rows : undefined;
      setText(this.pauseButton, isPaused ? 'Resume' : 'Pause');
      this.update();
    });
    const asTable = toggle('Show as table', this.isTable, (isTable) => {
      owner.save({ tables: withItem(owner.state.tables, TABLE, isTable) });
      this.update();
    });
    this.scroller.append(this.spacer, this.list);
    this.scroller.addEventListener('scroll', () => this.look(), { passive: true });
    this.root = section(
      'events',
      'Events',
      [this.rate, this.pauseButton, asTable],
      [this.filters(), this.empty, this.scroller, this.tableBox],
    );
    new ResizeObserver(() => this.look()).observe(this.scroller);
  }

  update(): void {
    const before = this.listed.length === 0 ? undefined : this.listed[0]?.id;
    const rows = this.held ?? this.history.rows;
    this.listed = filterEvents(rows, this.owner.state.filter).toReversed();
    this.keepPlace(before);
    const isEmpty = this.listed.length === 0;
    setText(
      this.empty,
      rows.length === 0
        ? 'No message has come yet. They come as miners change and entries go.'
        : 'No event matches the filter.',
    );
    setHidden(this.empty, !isEmpty);
    setHidden(this.scroller, isEmpty || this.isTable);
    setHidden(this.tableBox, isEmpty || !this.isTable);
    this.showCounts();
    if (this.isTable) {
      this.drawTable();
    } else {
      this.drawRows();
    }
  }

  showCounts(): void {
    const { counts } = this.history;
    const total = EVENT_KINDS.reduce((sum, kind) => sum + counts[kind], 0);
    setText(this.rate, `${formatRate(this.history.perSecond(this.owner.now()))} · ${formatCount(total)} since opened`);
    for (const [kind, element] of this.kindButtons) {
      setText(element, kindText(kind, counts));
      setPressed(element, !this.owner.state.filter.hiddenKinds.includes(kind));
    }
  }

  private get isTable(): boolean {
    return this.owner.state.tables.includes(TABLE);
  }

  private filters(): HTMLElement {
    for (const kind of EVENT_KINDS) {
      this.kindButtons.set(
        kind,
        toggle(KIND_LABELS[kind], true, (isShown) => {
          const hiddenKinds = this.owner.state.filter.hiddenKinds.filter((each) => each !== kind);
          this.setFilter({ hiddenKinds: isShown ? hiddenKinds : [...hiddenKinds, kind] });
        }),
      );
    }
    return el('div', { class: 'filters' }, [
      el('div', { class: 'group', attributes: { role: 'group', 'aria-label': 'Kinds of events' } }, [
        ...this.kindButtons.values(),
      ]),
      this.filterField('miner', 'Miner'),
      this.filterField('tenant', 'Tenant'),
      this.filterField('text', 'Text'),
    ]);
  }

  private filterField(name: 'miner' | 'tenant' | 'text', label: string): HTMLInputElement {
    const field = el('input', {
      attributes: { type: 'search', placeholder: label, 'aria-label': `Filter by ${name}`, maxlength: '200' },
    });
    field.value = this.owner.state.filter[name];
    field.addEventListener('input', () => this.setFilter({ [name]: field.value }));
    return field;
  }

  private setFilter(change: Partial<EventFilter>): void {
    this.owner.save({ filter: { ...this.owner.state.filter, ...change } });
    this.update();
  }

  /** Who has scrolled down goes on seeing the same rows, however many come above them. */
  private keepPlace(formerFirst: string | undefined): void {
    const { top } = this.place;
    setHeight(this.spacer, this.listed.length * ROW_HEIGHT);
    if (top > 0 && formerFirst !== undefined) {
      const added = this.listed.findIndex(({ id }) => id === formerFirst);
      if (added > 0) {
        this.place.top = top + added * ROW_HEIGHT;
        this.scroller.scrollTop = this.place.top;
      }
    }
  }

  private look(): void {
    this.place.top = this.scroller.scrollTop;
    this.place.height = this.scroller.clientHeight;
    this.drawRows();
  }

  private drawRows(): void {
    const { top, height } = this.place;
    const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS);
    const last = Math.ceil((top + height) / ROW_HEIGHT) + SPARE_ROWS;
    const rows = this.listed.slice(first, last);
    const focusedId = this.items.find(({ hasFocus }) => hasFocus)?.shownId;
    this.list.style.transform = `translateY(${first * ROW_HEIGHT}px)`;
    while (this.items.length < rows.length) {
      const item = new EventItem((minerId) => this.owner.reveal(minerId));
      this.items.push(item);
      this.list.append(item.root);
    }
    for (const item of this.items.splice(rows.length)) {
      item.root.remove();
    }
    for (const [index, row] of rows.entries()) {
      this.items[index]?.show(row, first + index, this.listed.length);
    }
    if (focusedId !== undefined && !this.items.some((item) => item.shownId === focusedId && item.focus())) {
      this.scroller.focus({ preventScroll: true });
    }
  }

  private drawTable(): void {
    const rows = this.listed
      .slice(0, TABLE_ROWS)
      .map((row) =>
        tableRow([
          formatTime(row.at),
          KIND_LABELS[row.kind] ?? 'Other',
          plain(row.minerId ?? '', 60),
          plain(row.tenant ?? '', 40),
          plain(eventText(row)),
          plain(row.by ?? '', 60),
        ]),
      );
    this.tableBox.replaceChildren(
      el('table', { class: 'text-table' }, [
        el('caption', { class: 'unseen', text: `The last ${TABLE_ROWS} events, the newest first` }),
        tableHead(['Time', 'Kind', 'Miner', 'Tenant', 'Text', 'Instance']),
        el('tbody', {}, rows),
      ]),
    );
  }
}

function kindText(kind: EventKind, counts: EventCounts): string {
  return counts[kind] === 0 ? KIND_LABELS[kind] : `${KIND_LABELS[kind]} ${formatCount(counts[kind])}`;
}

function setHeight(element: HTMLElement, height: number): void {
  element.style.height = `${height}px`;
}
