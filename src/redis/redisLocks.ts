import type { ClaimOutcome, FlightClaim, FlightLocks } from '../cache/flightLocks';
import type { RedisConnection } from './connection';
import { CLAIM_SCRIPT, FAIL_SCRIPT, RELEASE_SCRIPT, RENEW_SCRIPT } from './lockScripts';
import { wholeMilliseconds } from './wholeMilliseconds';

interface LockCommands {
  fleetCacheClaim(
    lock: string,
    token: string,
    generations: string,
    ttlMs: number,
  ): Promise<[state: ClaimOutcome['type'], error: string]>;
  fleetCacheRenew(lock: string, token: string, ttlMs: number): Promise<number>;
  fleetCacheRelease(lock: string, token: string): Promise<number>;
  fleetCacheFail(lock: string, token: string, ttlMs: number, error: string): Promise<number>;
}

/** Locks between processes: a key each, changed by scripts that compare what is there first, and that always expires. */
export class RedisLocks implements FlightLocks {
  private readonly redis: LockCommands;
  /** One server obeys in the order of its connection; on a Cluster the lock and the entry belong to different ones. */
  readonly isInStepWithStore: boolean;

  constructor(private readonly connection: RedisConnection) {
    const { client } = connection;
    this.isInStepWithStore = !client.isCluster;
    client.defineCommand('fleetCacheClaim', { numberOfKeys: 1, lua: CLAIM_SCRIPT });
    client.defineCommand('fleetCacheRenew', { numberOfKeys: 1, lua: RENEW_SCRIPT });
    client.defineCommand('fleetCacheRelease', { numberOfKeys: 1, lua: RELEASE_SCRIPT });
    client.defineCommand('fleetCacheFail', { numberOfKeys: 1, lua: FAIL_SCRIPT });
    this.redis = client as typeof client & LockCommands;
  }

  async claim({ lock, token, generations }: FlightClaim, ttlMs: number): Promise<ClaimOutcome> {
    const [type, error] = await this.connection.execute(() =>
      this.redis.fleetCacheClaim(lock, token, generations.join(), wholeMilliseconds(ttlMs)),
    );
    if (type === 'acquired') {
      this.connection.noteAccepted('script', lock);
    }
    return type === 'failed' ? { type, error } : { type };
  }

  async renew({ lock, token }: FlightClaim, ttlMs: number): Promise<boolean> {
    const renewed = await this.connection.execute(() =>
      this.redis.fleetCacheRenew(lock, token, wholeMilliseconds(ttlMs)),
    );
    return renewed === 1;
  }

  async release({ lock, token }: FlightClaim): Promise<void> {
    await this.connection.execute(() => this.redis.fleetCacheRelease(lock, token));
  }

  async fail({ lock, token }: FlightClaim, error: string, ttlMs: number): Promise<void> {
    await this.connection.execute(() => this.redis.fleetCacheFail(lock, token, wholeMilliseconds(ttlMs), error));
  }
}
