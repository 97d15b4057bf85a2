import dns from 'node:dns';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { describeError } from '../../../src/base/errors';
import { silentLogger } from '../../../src/base/logger';
import { testConnection } from '../../../src/redis/connectionTest';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { type HiddenCluster, startHiddenCluster } from '../../fixtures/hiddenCluster';
import { PATIENT_MS } from '../../fixtures/redis';
import { startTestSentinel } from '../../fixtures/redisSentinel';
import { startTcpProxy } from '../../fixtures/tcpProxy';

const UNKNOWN_NAMES = /\(Cluster\) cannot be found .*Its nodes tell of node-0\.plant\.invalid:\d+, node-1.*natMap=/;

/** What a person reads of a connection that cannot be had. */
function whyNot(url: string): Promise<string> {
  return testConnection(parseRedisUrl(url), systemClock).then(() => 'it works', describeError);
}

describe('a master behind a forwarded port', () => {
  it('is reached by a map of the address that the sentinels tell', async () => {
    const sentinel = await startTestSentinel();
    const port = await startTcpProxy(sentinel.master.port);
    try {
      const map = `127.0.0.1:${sentinel.master.port}=127.0.0.1:${port.port}`;
      await testConnection(parseRedisUrl(`${sentinel.url}?natMap=${map}`), systemClock);
      expect(port.connectionCount).toBeGreaterThan(0);
      const wrong = `${sentinel.url}?natMap=127.0.0.1:${sentinel.master.port}=127.0.0.1:1`;
      expect(await whyNot(wrong)).toMatch(/\(Sentinel, master main\).*ECONNREFUSED.*the sentinels tell .*natMap=/);
    } finally {
      await port.stop();
      await sentinel.stop();
    }
  }, 120_000);
});

describe('a Cluster behind forwarded ports', () => {
  let hidden: HiddenCluster;
  let url: string;

  beforeAll(async () => {
    hidden = await startHiddenCluster();
    url = `${hidden.url}?natMap=${hidden.natMap}`;
  }, 120_000);

  afterAll(() => hidden?.stop());

  it('is not reached by the names that its nodes tell', async () => {
    expect(await whyNot(hidden.url)).toMatch(UNKNOWN_NAMES);
  });

  it('says so too where a name server takes its time to know none of them', async () => {
    let delayMs = 0;
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, ...rest: unknown[]) => {
      const callback = rest.at(-1) as (error: NodeJS.ErrnoException) => void;
      setTimeout(() => callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })), delayMs);
    }) as typeof dns.lookup);
    try {
      // The node that was named may stand before it is known that it goes by another name, which is looked up then; or after.
      for (delayMs of [...Array(20).fill(30), 1_000]) {
        expect(await whyNot(hidden.url), `after ${delayMs} ms`).toMatch(UNKNOWN_NAMES);
      }
    } finally {
      lookup.mockRestore();
    }
  });

  it('is reached as a whole by a map of them', async () => {
    const report = await testConnection(parseRedisUrl(url), systemClock);
    expect(report).toMatchObject({ keyCount: 0, version: expect.any(String) });
    expect(hidden.ports.map(({ connectionCount }) => connectionCount > 0)).toEqual([true, true, true]);
  });

  it('serves every slot, pushes what changes, and hears its events', async () => {
    const open = () =>
      openRedis({
        profile: parseRedisUrl(url),
        commandTimeoutMs: PATIENT_MS,
        clock: systemClock,
        logger: silentLogger,
      });
    const [one, other] = [open(), open()];
    try {
      const keys = Array.from({ length: 60 }, (_, index) => `v1:cache:miner:m${index}:status`);
      await eventually(() => one.store.write('v1:cache:first', 'text', 60_000), 15_000);
      await Promise.all(keys.map((key) => one.store.write(key, 'text', 60_000)));
      const { texts } = await other.store.readMany(keys, []);
      expect(texts.filter((text) => text === 'text')).toHaveLength(keys.length);
      // A link to each of the masters.
      await eventually(() => expect(other.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 2_000), 15_000);
      const heard: string[] = [];
      other.bus.subscribe('events:fleet', ({ text }) => heard.push(text));
      await eventually(async () => {
        await one.bus.publish('events:fleet', '{"n":1}');
        expect(heard).toContain('{"n":1}');
      }, 15_000);
    } finally {
      one.dispose();
      other.dispose();
    }
  });
});
