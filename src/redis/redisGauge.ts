import type { Clock } from '../base/clock';
import type { StoreEvictions, StoreGauge, StoreMemory } from '../cache/storeGauge';
import type { RedisConnection } from './connection';

/** Asks all masters. */
export class RedisGauge implements StoreGauge {
  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock,
  ) {}

  async latency(): Promise<number> {
    const startedAt = this.clock.monotonic();
    await this.connection.execute(() => Promise.all(this.connection.masters().map((master) => master.ping())));
    return this.clock.monotonic() - startedAt;
  }

  async memory(): Promise<StoreMemory> {
    const infos = await this.connection.execute(() =>
      Promise.all(this.connection.masters().map((master) => master.info('memory'))),
    );
    const limits = infos.map((info) => figureIn(info, 'maxmemory'));
    const isLimited = limits.length > 0 && limits.every((limit) => limit > 0);
    const usedBytes = sum(infos.map((info) => figureIn(info, 'used_memory')));
    return isLimited ? { usedBytes, limitBytes: sum(limits) } : { usedBytes };
  }

  async evictions(): Promise<StoreEvictions> {
    const [stats, memory] = await this.connection.execute(() => {
      const ask = (section: string) => Promise.all(this.connection.masters().map((master) => master.info(section)));
      return Promise.all([ask('stats'), ask('memory')]);
    });
    return {
      evictedKeys: sum(stats.map((info) => figureIn(info, 'evicted_keys'))),
      policy: /^maxmemory_policy:([\w-]+)/m.exec(memory[0] ?? '')?.[1],
      isLimited: memory.some((info) => figureIn(info, 'maxmemory') > 0),
    };
  }

  async keyCount(): Promise<number> {
    const counts = await this.connection.execute(() =>
      Promise.all(this.connection.masters().map((master) => master.dbsize())),
    );
    return sum(counts);
  }
}

/** Of a line `name:123`. */
function figureIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)\\r?$`, 'm').exec(info)?.[1] ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
