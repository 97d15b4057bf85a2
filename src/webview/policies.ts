import type { PolicyRow } from '../protocol/dashboard';
import { el, section, setHidden, tableHead } from './dom';
import { formatBytes, formatCount, formatMs, formatRatio, formatSeconds } from './format';
import { icon } from './icons';
import { plain } from './text';

const COLUMNS = [
  'Dataset',
  'Strategy',
  'TTL',
  'Entries',
  'Size',
  'Lookups',
  'Hit ratio',
  'Offload',
  'Mean age',
  'Mean fetch',
] as const;
const MAX_ROWS = 100;

/** Each dataset's policy and what came of it. */
export class PolicyTable {
  readonly root: HTMLElement;
  private readonly body = el('tbody');
  private readonly empty = el('p', { class: 'empty', text: 'No policy is known yet.' });

  constructor() {
    this.root = section(
      'policies',
      'Policies',
      [el('span', { class: 'muted', text: 'since start, this window' })],
      [
        this.empty,
        el('div', { class: 'table-box' }, [
          el('table', { class: 'figures' }, [
            el('caption', { class: 'unseen', text: 'Policies of datasets and what came of them' }),
            tableHead(COLUMNS),
            this.body,
          ]),
        ]),
      ],
    );
  }

  update(policies: readonly PolicyRow[]): void {
    setHidden(this.empty, policies.length > 0);
    this.body.replaceChildren(...policies.slice(0, MAX_ROWS).map(policyRow));
  }
}

function policyRow(policy: PolicyRow): HTMLTableRowElement {
  const ratio = el('td', {}, [
    ...(policy.isUnderTarget ? [icon('warning')] : []),
    el('span', { text: formatRatio(policy.hitRatio) }),
    ...(policy.isUnderTarget ? [el('span', { class: 'under', text: ' under target' })] : []),
  ]);
  return el('tr', { class: policy.isUnderTarget ? 'is-under' : '' }, [
    el('th', { text: plain(policy.dataset, 60), attributes: { scope: 'row' } }),
    el('td', { class: 'words', text: plain(policy.strategy, 30) }),
    el('td', { text: policy.ttlS > 0 ? formatSeconds(policy.ttlS) : '–' }),
    el('td', { text: formatCount(policy.entries) }),
    el('td', { text: formatBytes(policy.bytes) }),
    el('td', { text: formatCount(policy.lookups) }),
    ratio,
    el('td', { text: formatRatio(policy.sourceOffload) }),
    el('td', { text: formatSeconds(policy.meanAgeS) }),
    el('td', { text: formatMs(policy.meanFetchMs) }),
  ]);
}
