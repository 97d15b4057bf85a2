/** What the store takes, in bytes; on a Cluster all masters together. */
export interface StoreMemory {
  readonly usedBytes: number;
  /** Absent where there is no limit, or not everywhere. */
  readonly limitBytes?: number;
}

/** Which keys the store gave up by itself since its start; on a Cluster all masters together. */
export interface StoreEvictions {
  /** For want of memory. */
  readonly evictedKeys: number;
  /** What it does when the memory is used up, such as `allkeys-lru`; that of the first server. */
  readonly policy: string | undefined;
  /** Whether there is a limit anywhere. */
  readonly isLimited: boolean;
}

/** Asks how the store is doing. For views that somebody looks at: nothing is asked on its own. */
export interface StoreGauge {
  /** What a round trip takes now, in ms; of several servers, to the slowest. @throws {StoreError} */
  latency(): Promise<number>;

  /** @throws {StoreError} also where the login may not ask. */
  memory(): Promise<StoreMemory>;

  /** @throws {StoreError} also where the login may not ask. */
  evictions(): Promise<StoreEvictions>;

  /** How many keys there are, ours and others. @throws {StoreError} also where the login may not ask. */
  keyCount(): Promise<number>;
}
