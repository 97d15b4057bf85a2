import { Redis } from 'ioredis';
import { encodeCacheEvent } from '../../src/cache/cacheEvents';
import type { RecordedKind } from '../../src/cache/eventHistory';
import { EVENTS_KEY, generationKeys } from '../../src/cache/keys';
import type { MinerState } from '../../src/fleet/minerData';
import { ADD_EVENTS_SCRIPT } from '../../src/redis/eventScripts';
import { type ChangeMessage, changeChannel } from '../../src/service/changeMessages';
import { type StatusMessage, statusChannel } from '../../src/service/statusMessages';
import { MINERS, minerId, STATES } from './fleet';

export interface BurstOrder {
  readonly perSecond: number;
  readonly seconds: number;
}

/** What was published. */
export interface BurstReport {
  /** When, in ms since the epoch, how many had been published in all, in order. */
  readonly published: readonly (readonly [at: number, count: number])[];
  /** How many miners are in each state now. */
  readonly states: Readonly<Partial<Record<MinerState, number>>>;
}

interface MadeEvent {
  readonly channel: string;
  readonly kind: RecordedKind;
  readonly text: string;
}

const TICK_MS = 5;
const TTL_MS = 60_000;
const MAX_EVENTS = 10_000;
const BY = 'bench-publisher';

/**
 * Other instances, whose miners change: of twenty events seventeen are states, two are changes of settings, one is an invalidation.
 * Each is recorded in the history and published on its channel, as instances do, pipelined. @param argument the port of Redis.
 */
export async function publisherProcess(argument: string): Promise<void> {
  const redis = new Redis(Number(argument), '127.0.0.1', { enableAutoPipelining: false });
  const script = (await redis.script('LOAD', ADD_EVENTS_SCRIPT)) as string;
  const states = new Array<MinerState>(MINERS).fill('normal');
  let sequence = 0;
  const next = (): MadeEvent => {
    const number = sequence++;
    // Coprime to the number of miners, so that each of them gets its turn.
    const index = (number * 7_919) % MINERS;
    const id = minerId(index);
    const timestamp = new Date().toISOString();
    switch (number % 20) {
      case 19: {
        const scopes = [generationKeys.minerEvent(id, 'status')];
        const text = encodeCacheEvent({ type: 'invalidated', scopes, cause: 'miner:status', by: BY, at: Date.now() });
        return { channel: 'events:cache', kind: 'invalidated', text };
      }
      case 9:
      case 18: {
        const message: ChangeMessage = { minerId: id, change: 'power-target', timestamp, by: BY };
        return { channel: changeChannel(id), kind: 'config', text: JSON.stringify(message) };
      }
      default: {
        const state = STATES[(number >> 4) % STATES.length] ?? 'normal';
        states[index] = state;
        const message: StatusMessage = { minerId: id, status: state, timestamp, by: BY };
        return { channel: statusChannel(id), kind: 'status', text: JSON.stringify(message) };
      }
    }
  };
  process.on('message', async ({ perSecond, seconds }: BurstOrder) => {
    const published: [number, number][] = [];
    const total = perSecond * seconds;
    const begun = performance.now();
    let count = 0;
    let pending: Promise<unknown> = Promise.resolve();
    while (count < total) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1_000) * perSecond));
      const events = Array.from({ length: due - count }, next);
      count = due;
      if (events.length > 0) {
        const pipeline = redis.pipeline();
        pipeline.evalsha(
          script,
          1,
          EVENTS_KEY,
          TTL_MS,
          MAX_EVENTS,
          ...events.flatMap(({ kind, text }) => [kind, text]),
        );
        for (const { channel, text } of events) {
          pipeline.publish(channel, text);
        }
        published.push([Date.now(), count]);
        pending = pipeline.exec();
      }
    }
    await pending;
    const inEach: Partial<Record<MinerState, number>> = {};
    for (const state of states) {
      inEach[state] = (inEach[state] ?? 0) + 1;
    }
    process.send?.({ published, states: inEach } satisfies BurstReport);
  });
  process.send?.('ready');
}
