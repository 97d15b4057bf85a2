/** What the store takes, in bytes; on a Cluster all masters together. */
export interface StoreMemory {
  readonly usedBytes: number;
  /** Absent where there is no limit, or not everywhere. */
  readonly limitBytes?: number;
}

/** Asks how the store is doing. For views that somebody looks at: nothing is asked on its own. */
export interface StoreGauge {
  /** What a round trip takes now, in ms; of several servers, to the slowest. @throws {StoreError} */
  latency(): Promise<number>;

  /** @throws {StoreError} also where the login may not ask. */
  memory(): Promise<StoreMemory>;

  /** How many keys there are, ours and others. @throws {StoreError} also where the login may not ask. */
  keyCount(): Promise<number>;
}
