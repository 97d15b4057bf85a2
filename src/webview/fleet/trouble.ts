import type { MinerCell } from '../../protocol/dashboard';
import { button, el, section, setHidden } from '../dom';
import { compareNaturally, plain } from '../text';
import { stateLook } from './modes';

const MAX_ROWS = 50;

/** The worst first. A miner that was paused is none of them: somebody wanted that. */
const TROUBLED: readonly MinerCell['state'][] = ['offline', 'restricted', 'suspended', 'not-started'];

/** The miners that need somebody, and why. */
export class TroubleList {
  readonly root: HTMLElement;
  private readonly list = el('ul', { class: 'trouble-list' });
  private readonly none = el('p', { class: 'empty', text: 'No miner is in trouble.' });

  constructor(private readonly reveal: (minerId: string) => void) {
    this.root = section('trouble', 'In trouble', [], [this.none, this.list]);
  }

  update(miners: ReadonlyMap<string, MinerCell>): void {
    const troubled = inTrouble(miners.values());
    const rows = troubled
      .slice(0, MAX_ROWS)
      .map((miner) =>
        el('li', {}, [
          button(plain(miner.id, 80), () => this.reveal(miner.id), { class: 'link' }),
          el('span', { class: 'bad', text: troubleText(miner) }),
        ]),
      );
    const hidden = troubled.length - rows.length;
    if (hidden > 0) {
      rows.push(el('li', { class: 'muted', text: `and ${hidden.toLocaleString('en')} more` }));
    }
    this.list.replaceChildren(...rows);
    setHidden(this.none, troubled.length > 0);
  }
}

/** The worst first. */
export function inTrouble(miners: Iterable<MinerCell>): readonly MinerCell[] {
  return [...miners]
    .filter(({ state }) => TROUBLED.includes(state))
    .sort((a, b) => TROUBLED.indexOf(a.state) - TROUBLED.indexOf(b.state) || compareNaturally(a.id, b.id));
}

function troubleText(miner: MinerCell): string {
  const { label } = stateLook(miner);
  return miner.reason === undefined ? label : `${label}: ${plain(miner.reason)}`;
}
