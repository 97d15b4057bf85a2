import {
  FIRMWARE_VERSIONS_KEY,
  generationKeys,
  type MinerEvent,
  type MinerKeyKind,
  minerEntryPattern,
  POOL_URLS_KEY,
  SUMMARY_PATTERN,
} from './keys';
import type { Dataset } from './policy';

/** What a generation is one of, as its key says. */
export type NamedScope =
  | { readonly type: 'all' }
  | { readonly type: 'tenant' | 'summary'; readonly tenant: string }
  | { readonly type: 'miner'; readonly minerId: string; readonly event?: MinerEvent }
  | { readonly type: 'firmware-versions' | 'pool-urls' };

const MINER_DATASETS: Readonly<Record<MinerKeyKind, Dataset>> = {
  status: 'miner:status',
  stats: 'miner:stats',
  details: 'miner:details',
  config: 'miner:config',
  hashboards: 'miner:hashboards',
  pools: 'miner:pools',
  cooling: 'miner:cooling',
  errors: 'miner:errors',
};

const EVENTS: readonly MinerEvent[] = ['status', 'config', 'system'];

/** What an entry's key says that it is of. */
export type NamedEntry =
  | { readonly type: 'miner'; readonly dataset: Dataset; readonly kind: MinerKeyKind; readonly minerId: string }
  | { readonly type: 'summary'; readonly dataset: 'fleet:summary'; readonly tenant: string }
  | { readonly type: 'firmware-versions'; readonly dataset: 'firmware:versions' }
  | { readonly type: 'pool-urls'; readonly dataset: 'pool:urls' };

/** What the key of an entry says; `undefined` for what is no such key. */
export function readEntryKey(key: string): NamedEntry | undefined {
  const dataset = datasetOf(key);
  const [, , , name = '', kind] = dataset === undefined ? [] : key.split(':');
  switch (dataset) {
    case undefined:
      return undefined;
    case 'fleet:summary':
      return { type: 'summary', dataset, tenant: decodeId(name) };
    case 'firmware:versions':
      return { type: 'firmware-versions', dataset };
    case 'pool:urls':
      return { type: 'pool-urls', dataset };
    default:
      return { type: 'miner', dataset, kind: kind as MinerKeyKind, minerId: decodeId(name) };
  }
}

/** The dataset that an entry's key is of; `undefined` for what is no such key. */
export function datasetOf(key: string): Dataset | undefined {
  const [version, cache, group, name, kind, ...rest] = key.split(':');
  if (version !== 'v1' || cache !== 'cache' || rest.length > 0) {
    return undefined;
  }
  if (group === 'miner' && kind !== undefined) {
    return Object.hasOwn(MINER_DATASETS, kind) ? MINER_DATASETS[kind as MinerKeyKind] : undefined;
  }
  if (group === 'fleet') {
    return kind === 'summary' ? 'fleet:summary' : undefined;
  }
  const figure = kind === undefined ? `${group}:${name}` : undefined;
  return figure === 'firmware:versions' || figure === 'pool:urls' ? figure : undefined;
}

/** Pattern of the keys of a dataset's entries. */
export function patternOf(dataset: Dataset): string {
  switch (dataset) {
    case 'fleet:summary':
      return SUMMARY_PATTERN;
    case 'firmware:versions':
      return FIRMWARE_VERSIONS_KEY;
    case 'pool:urls':
      return POOL_URLS_KEY;
    default:
      return minerEntryPattern({ kind: dataset.slice('miner:'.length) as MinerKeyKind });
  }
}

/** The miner and the dataset of a miner's entry, by its key; `undefined` for what is none. */
export function readMinerKey(key: string): { readonly minerId: string; readonly kind: MinerKeyKind } | undefined {
  const name = readEntryKey(key);
  return name?.type === 'miner' ? { minerId: name.minerId, kind: name.kind } : undefined;
}

/** The generation that voids an entry, and as little else as there is one for; `undefined` for what is no entry's key. */
export function generationOf(entryKey: string): string | undefined {
  const [, , , name] = entryKey.split(':');
  switch (datasetOf(entryKey)) {
    case undefined:
      return undefined;
    case 'fleet:summary':
      return generationKeys.summary(decodeId(name as string));
    case 'firmware:versions':
      return generationKeys.firmwareVersions;
    case 'pool:urls':
      return generationKeys.poolUrls;
    default:
      return generationKeys.miner(decodeId(name as string));
  }
}

/** What a generation's key says; `undefined` for what is none, since anybody can publish and record. */
export function readScope(key: string): NamedScope | undefined {
  const [version, generation, group, name, event, ...rest] = key.split(':');
  if (version !== 'v1' || generation !== 'gen' || rest.length > 0) {
    return undefined;
  }
  if (group === 'all') {
    return name === undefined ? { type: 'all' } : undefined;
  }
  if (name === undefined || (event !== undefined && group !== 'miner')) {
    return undefined;
  }
  switch (group) {
    case 'fleet':
      return { type: 'tenant', tenant: decodeId(name) };
    case 'summary':
      return { type: 'summary', tenant: decodeId(name) };
    case 'miner':
      return minerScope(decodeId(name), event);
    case 'firmware':
      return name === 'versions' ? { type: 'firmware-versions' } : undefined;
    case 'pool':
      return name === 'urls' ? { type: 'pool-urls' } : undefined;
    default:
      return undefined;
  }
}

function minerScope(minerId: string, event: string | undefined): NamedScope | undefined {
  if (event === undefined) {
    return { type: 'miner', minerId };
  }
  const known = EVENTS.find((each) => each === event);
  return known === undefined ? undefined : { type: 'miner', minerId, event: known };
}

/** Undoes `encodeId`. */
export function decodeId(encoded: string): string {
  return encoded.replace(/%(?:u([\dA-F]{4})|([\dA-F]{2}))/g, (_, long: string | undefined, short: string) =>
    String.fromCharCode(Number.parseInt(long ?? short, 16)),
  );
}
