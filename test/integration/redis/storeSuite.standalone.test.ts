import { join } from 'node:path';
import { startTestRedis } from '../../fixtures/redis';
import { storeSuite } from './storeSuite';
import { openRedisStore } from './storeSuiteRedis';

storeSuite('a Redis server', async () => {
  const server = await startTestRedis();
  return openRedisStore(server.url, () => server.stop());
});

storeSuite('a unix socket', async () => {
  const server = await startTestRedis((directory) => ['--unixsocket', join(directory, 'redis.sock')]);
  return openRedisStore(`unix://${join(server.directory, 'redis.sock')}`, () => server.stop());
});
