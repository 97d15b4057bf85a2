import type { KeyFilter, KeySort } from '../../service/keyLevels';
import { formatBytes } from '../format';

export const SORT_LABELS: Readonly<Record<KeySort, string>> = { name: 'Name', ttl: 'TTL', size: 'Size' };

/** What a filter asks for, in a few words; empty for one that lets every key pass. */
export function describeFilter(filter: KeyFilter): string {
  const { pattern, text, type, dataset, tenant, noExpiry, overBytes, staleOrVoid } = filter;
  return [
    pattern,
    text === undefined ? undefined : `“${text}”`,
    type,
    dataset,
    tenant === undefined ? undefined : `tenant ${tenant}`,
    noExpiry ? 'no expiry' : undefined,
    overBytes === undefined ? undefined : `over ${formatBytes(overBytes)}`,
    staleOrVoid ? 'stale or void' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** For the header of the view: filter, and order where it is another than by name. */
export function describeListing(filter: KeyFilter, sort: KeySort): string {
  const order = sort === 'name' ? '' : `by ${sort === 'ttl' ? 'TTL' : sort}`;
  return [describeFilter(filter), order].filter((part) => part !== '').join(' · ');
}

/** A filter without one of its conditions. */
export function without(filter: KeyFilter, condition: keyof KeyFilter): KeyFilter {
  const { [condition]: _, ...others } = filter;
  return others;
}
