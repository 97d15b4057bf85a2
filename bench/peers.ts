import KeyvRedis from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Cacheable } from 'cacheable';
import { Redis } from 'ioredis';

const TTL_MS = 300_000;
const MAX_ITEMS = 100_000;

/** Another cache, as its manual recommends it, with only the TTL and the number of items set as ours are. */
export interface Peer {
  /** From the cache, else from `fetch`. */
  getOrFetch(key: string, fetch: () => Promise<unknown>): Promise<unknown>;
  dispose(): Promise<void>;
}

export interface BentoOptions {
  /** Whether it has a tier in the process, kept right by its bus. */
  readonly hasL1: boolean;
  /** Its memory tier parses a copy for each reader unless told to share values, which it can only do without a tier in Redis. */
  readonly sharesValues?: boolean;
  /** Sends the commands of one turn together; not in its manual, but it can be given such a client. */
  readonly autoPipelining?: boolean;
}

export function openBento(port: number, { hasL1, sharesValues = false, autoPipelining = false }: BentoOptions) {
  const connection = new Redis(port, '127.0.0.1', { enableAutoPipelining: autoPipelining });
  const l2 = redisDriver({ connection });
  const l1 = memoryDriver({ maxItems: MAX_ITEMS, serialize: !sharesValues });
  const bus = redisBusDriver({ connection: { host: '127.0.0.1', port } });
  const both = () => bentostore().useL1Layer(l1).useL2Layer(l2).useBus(bus);
  const store = sharesValues ? bentostore().useL1Layer(l1) : hasL1 ? both() : bentostore().useL2Layer(l2);
  const bento = new BentoCache({ default: 'main', ttl: TTL_MS, prefix: `bento-${hasL1}`, stores: { main: store } });
  return {
    bento,
    getOrFetch: (key: string, fetch: () => Promise<unknown>) => bento.getOrSet({ key, factory: fetch }),
    async dispose() {
      await bento.disconnectAll();
      connection.disconnect();
    },
  } satisfies Peer & { bento: unknown };
}

export function openCacheable(port: number) {
  const cacheable = new Cacheable({ secondary: new KeyvRedis(`redis://127.0.0.1:${port}`), ttl: TTL_MS });
  return {
    cacheable,
    getOrFetch: (key: string, fetch: () => Promise<unknown>) => cacheable.getOrSet(key, fetch),
    dispose: () => cacheable.disconnect(),
  } satisfies Peer & { cacheable: unknown };
}

/** What one writes without a library: GET, else fetch, then SETEX. */
export function openByHand(port: number): Peer {
  const redis = new Redis(port, '127.0.0.1');
  return {
    async getOrFetch(key, fetch) {
      const name = `hand:${key}`;
      const text = await redis.get(name);
      if (text !== null) {
        return JSON.parse(text);
      }
      const value = await fetch();
      await redis.setex(name, TTL_MS / 1_000, JSON.stringify(value));
      return value;
    },
    async dispose() {
      redis.disconnect();
    },
  };
}
