import { minerKey, minerScopes } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import type { CacheRequest } from '../../../src/cache/reading';

/** What the source of these tests gives: which state of the miner it saw. */
export interface Seen {
  readonly minerId: string;
  readonly version: number;
}

export const SOURCE_MS = 10;

/** Miners whose state is a number that grows, so that a reader can tell how old what it got is. */
export class World {
  private readonly versions = new Map<string, number>();
  private readonly miners = new Map<CacheRequest<Seen>, string>();
  /** One of each miner. */
  readonly requests: readonly CacheRequest<Seen>[];

  constructor(minerCount: number) {
    this.requests = Array.from({ length: minerCount }, (_, index) => {
      const minerId = `m${index}`;
      const request = this.request(minerId, index % 2 === 0);
      this.miners.set(request, minerId);
      return request;
    });
  }

  minerOf(request: CacheRequest<Seen>): string {
    return this.miners.get(request) as string;
  }

  version(minerId: string): number {
    return this.versions.get(minerId) ?? 0;
  }

  /** Returns what a read from now on has to see. */
  change(minerId: string): Seen {
    const version = this.version(minerId) + 1;
    this.versions.set(minerId, version);
    return { minerId, version };
  }

  /** Half of the datasets outlive every test: nothing but an invalidation makes their entries go. */
  private request(minerId: string, isLong: boolean): CacheRequest<Seen> {
    const [dataset, kind] = isLong ? (['miner:details', 'details'] as const) : (['miner:status', 'status'] as const);
    return {
      key: minerKey(minerId, kind),
      dataset,
      scopes: minerScopes(minerId, 'north', DEFAULT_POLICIES[dataset].invalidateOn),
      fetch: async () => {
        // Seen at the beginning and brought at the end, as a slow miner does.
        const seen = { minerId, version: this.version(minerId) };
        await new Promise((resolve) => setTimeout(resolve, SOURCE_MS));
        return seen;
      },
    };
  }
}
