import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minerKey, minerScopes } from '../../../src/cache/keys';
import type { CacheRequest } from '../../../src/cache/reading';
import { type CacheInstance, openCacheInstance } from '../../fixtures/cacheInstance';
import { eventually } from '../../fixtures/eventually';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTcpProxy, type TcpProxy } from '../../fixtures/tcpProxy';

const TIMEOUT_MS = 1_000;

/**
 * What a batch and a read may take beyond the timeout, on a machine that does other things as well. It is far less than what they
 * would take if the waits of its rounds added up, or if one waited for another as long as it may at most.
 */
const BUSY_MS = { batch: 11_000, read: 7_000 };

describe('G3: a Redis that is only just in time', () => {
  let server: TestRedis;
  let proxy: TcpProxy;
  let instance: CacheInstance;
  let fetches: number;

  beforeEach(async () => {
    server = await startTestRedis();
    proxy = await startTcpProxy(server.port);
    fetches = 0;
    instance = openCacheInstance({
      url: `redis://127.0.0.1:${proxy.port}`,
      instance: 'one',
      commandTimeoutMs: TIMEOUT_MS,
    });
    await eventually(() => expect(instance.isCoherent).toBe(true));
  });

  afterEach(async () => {
    instance.dispose();
    await proxy.stop();
    await server.stop();
  });

  function request(minerId: string): CacheRequest<string> {
    return {
      key: minerKey(minerId, 'status'),
      dataset: 'miner:status',
      scopes: minerScopes(minerId, 'north', ['status']),
      fetch: async () => {
        fetches++;
        return minerId;
      },
    };
  }

  async function duration(call: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    await call();
    return performance.now() - startedAt;
  }

  it('costs a batch of many rounds of fetches one command timeout, and keeps what was fetched', async () => {
    const requests = Array.from({ length: 2_560 }, (_, index) => request(`m${index}`));
    proxy.delayMs = 400;
    // Forty rounds, each of which would ask at least once more.
    expect(await duration(() => instance.cache.getManyOrFetch(requests))).toBeLessThan(TIMEOUT_MS + BUSY_MS.batch);
    expect(fetches).toBe(requests.length);
    proxy.delayMs = 0;
    await eventually(async () => {
      fetches = 0;
      const results = await instance.cache.getManyOrFetch(requests);
      expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
      expect(fetches).toBe(0);
    });
  });

  it('costs each of many readers one command timeout, whatever they wait for', async () => {
    proxy.delayMs = 900;
    const reads = Array.from({ length: 100 }, (_, index) => request(`m${index % 20}`));
    const durations = await Promise.all(reads.map((read) => duration(() => instance.cache.getOrFetch(read))));
    expect(Math.max(...durations)).toBeLessThan(TIMEOUT_MS + BUSY_MS.read);
    expect(fetches).toBe(20);
  });
});
