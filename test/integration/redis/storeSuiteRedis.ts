import { systemClock } from '../../../src/base/clock';
import type { ConnectionSecrets } from '../../../src/base/connectionSecrets';
import { silentLogger } from '../../../src/base/logger';
import { RedisConnection } from '../../../src/redis/connection';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisLocks } from '../../../src/redis/redisLocks';
import { RedisStore } from '../../../src/redis/redisStore';

/** The store and the locks of one connection. `close` ends it, then `stop`. */
export function openRedisStore(url: string, stop: () => Promise<void>, secrets: ConnectionSecrets = {}) {
  const connection = new RedisConnection({
    profile: parseRedisUrl(url, secrets),
    commandTimeoutMs: 1_000,
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
