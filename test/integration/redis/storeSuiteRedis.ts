import { systemClock } from '../../../src/base/clock';
import type { ConnectionSecrets } from '../../../src/base/connectionSecrets';
import { silentLogger } from '../../../src/base/logger';
import { RedisConnection } from '../../../src/redis/connection';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisLocks } from '../../../src/redis/redisLocks';
import { RedisStore } from '../../../src/redis/redisStore';
import { PATIENT_MS } from '../../fixtures/redis';

/** The store and the locks of one connection. `close` ends it, then `stop`. */
export function openRedisStore(
  url: string,
  stop: () => Promise<void>,
  secrets: ConnectionSecrets = {},
  commandTimeoutMs = PATIENT_MS,
) {
  const connection = new RedisConnection({
    profile: parseRedisUrl(url, secrets),
    commandTimeoutMs,
    clock: systemClock,
    logger: silentLogger,
  });
  const store = new RedisStore(connection, silentLogger);
  return {
    connection,
    store,
    locks: new RedisLocks(connection),
    async close() {
      store.dispose();
      await stop();
    },
  };
}
