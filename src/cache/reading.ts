import type { Dataset } from './policy';

/** A value from the cache or its source, and what is known of its age. Never changed once made. */
export interface Reading<T> {
  readonly data: T;
  /** The first tier, the second, the source itself; `stale`: past its TTL, because the source could not be read. */
  readonly origin: 'l1' | 'l2' | 'source' | 'stale';
  /** When the source was read, in ms since the epoch, by this machine's clock. */
  readonly fetchedAt: number;
  /** Seconds that it counts as fresh from `fetchedAt` on. */
  readonly ttlS: number;
  /** Whether it was within its TTL when it was read. */
  readonly fresh: boolean;
  /** Why the source could not be read, for a stale value. */
  readonly failure?: unknown;
}

/** How the errors of a source travel to the instances that waited for the same fetch. */
export interface ErrorCodec {
  /** The error as text without secrets, at most some 1,000 characters. */
  encode(error: unknown): string;
  /** The error to throw for a text of {@link encode}, or for any other text that may be there. */
  decode(text: string): Error;
}

/** One value that can be read through the cache. */
export interface CacheRequest<T> {
  readonly key: string;
  readonly dataset: Dataset;
  /** Generation keys that the value depends on (`cache/keys`). */
  readonly scopes: readonly string[];
  /** Without one, other instances get an error of the same message. */
  readonly errors?: ErrorCodec;
  /** Reads the source. Bounded in time by the source itself. @param signal absent when nobody who waits can give up. */
  fetch(signal?: AbortSignal): Promise<T>;
}

/** The part of a request that is enough to look, and not to fetch. */
export type CacheAddress = Pick<CacheRequest<unknown>, 'key' | 'dataset' | 'scopes'>;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** The product's own reading (warming, views that refresh): not counted as a lookup. */
  readonly background?: boolean;
  /** Passes over what is cached, fetches, and writes the result. Never counted as a lookup. */
  readonly refresh?: boolean;
}
