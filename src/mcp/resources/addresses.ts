import { GLOBAL_TENANT } from '../../fleet/miner';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';

/** What a resource's URI names. */
export type ResourceAddress =
  | { readonly type: 'miner'; readonly minerId: string; readonly kind: MinerKind }
  | { readonly type: 'miner-events'; readonly minerId: string }
  | { readonly type: 'summary'; readonly tenant: string }
  | { readonly type: 'cache'; readonly part: CachePart }
  | { readonly type: 'benchmark'; readonly run: string };

export const CACHE_PARTS = ['stats', 'policies', 'instances', 'audit'] as const;
export type CachePart = (typeof CACHE_PARTS)[number];

export const FLEET_SUMMARY_URI = 'braiins:///fleet/summary';

export function minerUri(minerId: string, kind: MinerKind | 'status/stream'): string {
  return `braiins:///miner/${encodeSegment(minerId)}/${kind}`;
}

export function summaryUri(tenant: string): string {
  return tenant === GLOBAL_TENANT ? FLEET_SUMMARY_URI : `braiins:///fleet/${encodeSegment(tenant)}/summary`;
}

export function cacheUri(part: CachePart): string {
  return `cache:///${part}`;
}

export function benchmarkUri(run: string): string {
  return `cache:///benchmarks/${encodeSegment(run)}`;
}

/** `undefined` for a URI that names nothing of ours. That there is such a miner or tenant is not said by it. */
export function parseUri(uri: string): ResourceAddress | undefined {
  const miner = /^braiins:\/\/\/miner\/([^/]+)\/(.+)$/.exec(uri);
  if (miner !== null) {
    const [, segment = '', rest] = miner;
    const minerId = decodeSegment(segment);
    const kind = MINER_KINDS.find((each) => each === rest);
    return rest === 'status/stream' ? { type: 'miner-events', minerId } : kind && { type: 'miner', minerId, kind };
  }
  if (uri === FLEET_SUMMARY_URI) {
    return { type: 'summary', tenant: GLOBAL_TENANT };
  }
  const tenant = /^braiins:\/\/\/fleet\/([^/]+)\/summary$/.exec(uri)?.[1];
  if (tenant !== undefined) {
    return { type: 'summary', tenant: decodeSegment(tenant) };
  }
  const run = /^cache:\/\/\/benchmarks\/([^/]+)$/.exec(uri)?.[1];
  if (run !== undefined) {
    return { type: 'benchmark', run: decodeSegment(run) };
  }
  const part = CACHE_PARTS.find((each) => uri === cacheUri(each));
  return part && { type: 'cache', part };
}

/** Half of a surrogate pair cannot be said in a URI. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** A segment that is not encoded as a URI is taken as it stands. */
export function decodeSegment(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
