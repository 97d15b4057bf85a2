import { jitteredTtlS, type Random } from './expiry';
import { deepFreeze } from './freeze';
import type { Policies } from './policy';
import type { CacheRequest, Reading } from './reading';
import type { SecondTier } from './secondTier';
import type { Lease } from './sharedFlights';
import type { Fetched } from './sourceReader';

export interface EntryWriterOptions {
  readonly secondTier: SecondTier;
  readonly policies: Policies;
  readonly random: Random;
  /** Recorded in what is written. */
  readonly instance: string;
  onDidFill(key: string, fetchedAt: number): void;
}

/** What the source gave, for its readers, and its entry on the way to the store. */
export interface Written<T> {
  readonly reading: Reading<T>;
  /** Resolves to whether the entry is in the store. Never fails. */
  readonly written: Promise<boolean>;
}

const NOT_WRITTEN = Promise.resolve(false);

/** Makes readings and entries of what the source gave. */
export class EntryWriter {
  constructor(private readonly options: EntryWriterOptions) {}

  /**
   * @param generations of the request's scopes from before the source was read; `undefined` for what must not be written: an
   * entry without them could outlive an invalidation.
   * @param lease ended after the entry came, or those who wait for either would fetch as well.
   */
  write<T>(
    request: CacheRequest<T>,
    fetched: Fetched<T>,
    generations: readonly number[] | undefined,
    lease?: Lease,
  ): Written<T> {
    const { policies, random } = this.options;
    const { fetchedAt } = fetched.origin;
    const ttlS = jitteredTtlS(policies[request.dataset].ttlS, random);
    const data = deepFreeze(fetched.data);
    const reading: Reading<T> = { data, origin: 'source', fetchedAt, ttlS, fresh: true };
    if (generations !== undefined) {
      return { reading, written: this.fill(request, fetched, ttlS, generations, lease) };
    }
    void lease?.finish();
    return { reading, written: NOT_WRITTEN };
  }

  private async fill(
    request: CacheRequest<unknown>,
    { data, origin: { fetchedAt, costMs } }: Fetched<unknown>,
    ttlS: number,
    generations: readonly number[],
    lease: Lease | undefined,
  ): Promise<boolean> {
    const { secondTier, instance } = this.options;
    const entry = { data, fetchedAt, ttlS, costMs: Math.round(costMs * 10) / 10, by: instance, generations };
    const isWritten = await secondTier.fill(request, entry, lease?.held);
    if (isWritten && lease?.held !== undefined) {
      lease.end();
    }
    await lease?.finish();
    if (isWritten) {
      this.options.onDidFill(request.key, fetchedAt);
    }
    return isWritten;
  }
}
