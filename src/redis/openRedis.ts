import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { CoherenceLink } from '../cache/coherenceLink';
import type { EventBus } from '../cache/eventBus';
import type { EventHistory } from '../cache/eventHistory';
import type { FlightLocks } from '../cache/flightLocks';
import type { InstanceDirectory } from '../cache/instanceDirectory';
import type { KeyBrowser } from '../cache/keyBrowser';
import type { KeyPurger } from '../cache/keyPurger';
import { type KeySpace, SHARED_KEYS } from '../cache/keys';
import type { CacheStore } from '../cache/store';
import type { StoreClock } from '../cache/storeClock';
import type { StoreGauge } from '../cache/storeGauge';
import { RedisCoherenceLink } from './coherenceLink';
import { RedisConnection, type RedisConnectionOptions } from './connection';
import { RedisEventBus } from './eventBus';
import { RedisEventHistory } from './eventHistory';
import { RedisKeyBrowser } from './keyBrowser';
import { RedisKeyPurger } from './keyPurger';
import { RedisGauge } from './redisGauge';
import { RedisInstances } from './redisInstances';
import { RedisLocks } from './redisLocks';
import { RedisStore } from './redisStore';
import { RedisStoreClock } from './storeClock';

/** A step of a purge takes a few milliseconds of a server that does nothing else. */
const PURGE_STEP_MS = 5_000;

/** All that the cache needs of one Redis. Disposing it closes every connection. */
export interface RedisParts extends Disposable {
  readonly store: CacheStore;
  readonly link: CoherenceLink;
  readonly storeClock: StoreClock;
  readonly locks: FlightLocks;
  readonly bus: EventBus;
  readonly history: EventHistory;
  readonly directory: InstanceDirectory;
  readonly gauge: StoreGauge;
  readonly purger: KeyPurger;
  readonly browser: KeyBrowser;
  /** What the parts share. */
  readonly connection: RedisConnection;
}

/** The longest that the scan of a page of keys may take, in ms. */
const SCAN_STEP_MS = 5_000;

/**
 * Opens the connections to one Redis. One that is away is no error here.
 *
 * @param keys where the cache keeps its keys, if not where all instances do.
 */
export function openRedis(options: RedisConnectionOptions, keys: KeySpace = SHARED_KEYS): RedisParts {
  const { profile, clock, logger } = options;
  const connection = new RedisConnection(options);
  const disposables = new DisposableStore();
  const prefixes = keys.coherentPrefixes;
  const store = disposables.add(new RedisStore(connection, logger, keys));
  const link = disposables.add(new RedisCoherenceLink({ profile, connection, prefixes, clock, logger }));
  const storeClock = disposables.add(new RedisStoreClock({ connection, clock, logger }));
  const bus = disposables.add(new RedisEventBus({ profile, connection, clock, logger }));
  const history = disposables.add(new RedisEventHistory(connection, logger));
  return {
    connection,
    store,
    link,
    storeClock,
    bus,
    history,
    locks: new RedisLocks(connection),
    directory: new RedisInstances(connection),
    gauge: new RedisGauge(connection, clock),
    purger: new RedisKeyPurger({ connection, stepTimeoutMs: PURGE_STEP_MS }),
    browser: disposables.add(new RedisKeyBrowser({ connection, clock, stepTimeoutMs: SCAN_STEP_MS })),
    dispose: () => disposables.dispose(),
  };
}
