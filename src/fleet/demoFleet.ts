import type { CredentialStore } from './credentials';

/** Simulated miners and a Redis server, both in processes of their own that end with this one. */
export interface DemoFleet {
  readonly inventoryPath: string;
  readonly redisUrl: string;
  readonly credentials: CredentialStore;
  /** Ends both processes and removes their files. */
  stop(): Promise<void>;
}
