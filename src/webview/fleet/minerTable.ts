import type { MinerCell } from '../../protocol/dashboard';
import { button, el, setText, tableHead } from '../dom';
import { plain } from '../text';
import { figuresOf } from './modes';
import { inTrouble } from './trouble';

const MAX_ROWS = 300;

/** The miners as a table, those in trouble first. */
export class MinerTable {
  readonly root: HTMLElement;
  private readonly filter = el('input', {
    attributes: { type: 'search', placeholder: 'Filter by miner or tenant', 'aria-label': 'Filter miners' },
  });
  private readonly body = el('tbody');
  private readonly note = el('p', { class: 'muted' });
  private miners: readonly MinerCell[] = [];
  private now = 0;

  constructor(private readonly reveal: (minerId: string) => void) {
    this.filter.addEventListener('input', () => this.fill());
    this.root = el('div', {}, [
      this.filter,
      this.note,
      el('div', { class: 'table-box' }, [
        el('table', { class: 'text-table' }, [
          el('caption', { class: 'unseen', text: 'Miners, those in trouble first' }),
          tableHead(['Miner', 'Tenant', 'State', 'Hashrate', 'Temperature', 'Power', 'Age of data', 'Reason']),
          this.body,
        ]),
      ]),
    ]);
  }

  show(miners: readonly MinerCell[], now: number): void {
    this.miners = miners;
    this.now = now;
    // Rows that are made anew under the keyboard would take its place away.
    if (!this.body.contains(document.activeElement)) {
      this.fill();
    }
  }

  private fill(): void {
    const wanted = this.filter.value.trim().toLowerCase();
    const troubled = inTrouble(this.miners);
    const first = new Set(troubled);
    const listed = [...troubled, ...this.miners.filter((miner) => !first.has(miner))].filter(
      ({ id, tenant }) => id.toLowerCase().includes(wanted) || tenant.toLowerCase().includes(wanted),
    );
    this.body.replaceChildren(...listed.slice(0, MAX_ROWS).map((miner) => this.row(miner)));
    setText(
      this.note,
      listed.length > MAX_ROWS
        ? `The first ${MAX_ROWS} of ${listed.length.toLocaleString('en')} miners. Filter to see others.`
        : `${listed.length.toLocaleString('en')} miners`,
    );
  }

  private row(miner: MinerCell): HTMLTableRowElement {
    const name = button(plain(miner.id, 80), () => this.reveal(miner.id), { class: 'link' });
    return el('tr', {}, [
      el('th', { attributes: { scope: 'row' } }, [name]),
      el('td', { text: plain(miner.tenant, 60) }),
      ...figuresOf(miner, this.now).map(([, value]) => el('td', { text: value })),
      el('td', { text: plain(miner.reason ?? '', 120) }),
    ]);
  }
}
