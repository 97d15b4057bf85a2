/** What a look at a Redis found out. What the login may not ask is absent. */
export interface ConnectionReport {
  readonly address: string;
  /** Of a round trip to the slowest server, in ms. */
  readonly latencyMs: number;
  readonly version?: string;
  readonly keyCount?: number;
}
