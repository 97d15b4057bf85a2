import type { PoolGroup } from './minerPools';

/** The pools that a fleet is configured for, by URL. */
export interface PoolUrls {
  readonly miners: number;
  /** Most miners first; at most 500. */
  readonly urls: readonly PoolUrl[];
  /** Miners that do not answer. */
  readonly unknown: number;
  /** When the oldest of the parts was fetched, in ms since the epoch. */
  readonly oldestPartAt?: number;
}

export interface PoolUrl {
  readonly url: string;
  /** Miners that are configured for it. */
  readonly miners: number;
  /** Of those, the ones that reach it. */
  readonly alive: number;
  /** Of those, the ones that work for it now. */
  readonly active: number;
}

const MAX_URLS = 500;

/** @param pools by miner id; `undefined` where there are none. */
export function countPoolUrls(
  pools: ReadonlyMap<string, readonly PoolGroup[] | undefined>,
): Pick<PoolUrls, 'miners' | 'urls' | 'unknown'> {
  const counts = new Map<string, { miners: number; alive: number; active: number }>();
  let unknown = 0;
  for (const groups of pools.values()) {
    unknown += groups === undefined ? 1 : 0;
    for (const [url, { alive, active }] of urlsOf(groups ?? [])) {
      const count = counts.get(url) ?? { miners: 0, alive: 0, active: 0 };
      count.miners++;
      count.alive += alive ? 1 : 0;
      count.active += active ? 1 : 0;
      counts.set(url, count);
    }
  }
  const urls = [...counts]
    .map(([url, count]) => ({ url, ...count }))
    .sort((a, b) => b.miners - a.miners || (a.url < b.url ? -1 : 1));
  return { miners: pools.size, urls: urls.slice(0, MAX_URLS), unknown };
}

/** A miner counts once for a URL, however many of its pools have it. */
function urlsOf(groups: readonly PoolGroup[]): Map<string, { alive: boolean; active: boolean }> {
  const urls = new Map<string, { alive: boolean; active: boolean }>();
  for (const { url, alive, active } of groups.flatMap(({ pools }) => pools)) {
    if (url !== undefined) {
      const former = urls.get(url);
      urls.set(url, { alive: alive || former?.alive === true, active: active || former?.active === true });
    }
  }
  return urls;
}
