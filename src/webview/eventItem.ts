import type { EventKind, EventRow } from '../protocol/dashboard';
import { button, el, setAttribute, setText } from './dom';
import { eventText } from './eventFilter';
import { formatTime } from './format';
import { plain } from './text';

export const KIND_LABELS: Readonly<Record<EventKind, string>> = {
  status: 'Status',
  config: 'Config',
  invalidated: 'Invalidated',
  fill: 'Fill',
  warm: 'Warming',
  gap: 'Gap',
};

/** One row of the list of events. It shows one event after the other: in a burst, new rows for all would be made in each frame. */
export class EventItem {
  private readonly time = el('time');
  private readonly kind = el('span', { class: 'kind' });
  private readonly minerButton: HTMLButtonElement;
  private readonly noMiner = el('span', { class: 'miner' });
  private readonly tenant = el('span', { class: 'tenant muted' });
  private readonly text = el('span', { class: 'text' });
  private row: EventRow | undefined;

  readonly root = el('li');

  constructor(reveal: (minerId: string) => void) {
    this.minerButton = button(
      '',
      () => {
        if (this.row?.minerId !== undefined) {
          reveal(this.row.minerId);
        }
      },
      { class: 'link miner' },
    );
    this.root.append(this.time, this.kind, this.noMiner, this.tenant, this.text);
  }

  get shownId(): string | undefined {
    return this.row?.id;
  }

  get hasFocus(): boolean {
    return this.root.contains(document.activeElement);
  }

  /** @returns whether there was something to focus. */
  focus(): boolean {
    const isThere = this.root.contains(this.minerButton);
    if (isThere) {
      this.minerButton.focus({ preventScroll: true });
    }
    return isThere;
  }

  /** @param index of the event among all that are listed. */
  show(row: EventRow, index: number, listed: number): void {
    setAttribute(this.root, 'aria-setsize', String(listed));
    setAttribute(this.root, 'aria-posinset', String(index + 1));
    if (row === this.row) {
      return;
    }
    this.row = row;
    const text = eventText(row);
    const label = KIND_LABELS[row.kind] as string | undefined;
    setAttribute(this.root, 'class', `event kind-${label === undefined ? 'other' : row.kind}`);
    setAttribute(this.root, 'title', plain(text, 1_000));
    setAttribute(this.root, 'data-id', row.id.slice(0, 100));
    setText(this.time, formatTime(row.at));
    setText(this.kind, label ?? 'Other');
    this.showMiner(row.minerId);
    setText(this.tenant, plain(row.tenant ?? '', 40));
    setText(this.text, plain(text));
  }

  private showMiner(minerId: string | undefined): void {
    const place = minerId === undefined ? this.noMiner : this.minerButton;
    if (this.kind.nextElementSibling !== place) {
      this.kind.nextElementSibling?.replaceWith(place);
    }
    setText(this.minerButton, plain(minerId ?? '', 60));
  }
}
