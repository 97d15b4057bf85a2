export interface PurgeOptions {
  /** Counts what would be removed, and removes nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called with the keys of each page that match, before they are removed; a key may come twice. */
  onKeys?(keys: readonly string[]): void;
  /** Called after each step. `total` is the number of keys in the store, of which `scanned` were looked at. */
  onProgress?(progress: { readonly scanned: number; readonly matched: number; readonly total: number }): void;
}

/** What a purge did. It is complete unless it was cancelled; then it says how far it came. */
export interface PurgeReport {
  readonly scanned: number;
  /** Keys that matched the pattern. */
  readonly matched: number;
  /** Keys that were removed; 0 for a dry run. */
  readonly removed: number;
  /** Some of the keys that matched, for people to look at. */
  readonly sample: readonly string[];
  readonly cancelled: boolean;
}

/** Finds and removes keys by pattern, one node after the other, step by step, so that other clients are not held up. */
export interface KeyPurger {
  /**
   * @param pattern a glob that begins with one of the product's own prefixes (`keys.entryPattern`).
   * @throws {ConfigurationError} when the pattern may reach keys that are not the cache's.
   * @throws {StoreError} when the store failed in the middle; what was removed by then stays removed.
   */
  purge(pattern: string, options?: PurgeOptions): Promise<PurgeReport>;
}
