import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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
/** After a stall of the machine, what is late comes in parts. */
const MAX_BATCH = 1_000;
const TTL_MS = 60_000;
const MAX_EVENTS = 10_000;
const BY = 'bench-publisher';

/**
 * Other instances, whose miners change: of twenty events seventeen are states, two are changes of settings, one is an invalidation.
 * Each is recorded in the history and published on its channel, as instances do, pipelined. @param argument the port of Redis.
 */
export async function publisherProcess(argument: string): Promise<void> {
  const redis = await RawRedis.open(Number(argument));
  const [script] = await redis.send([['SCRIPT', 'LOAD', ADD_EVENTS_SCRIPT]]);
  const states = new Array<MinerState>(MINERS).fill('normal');
  let sequence = 0;
  const next = (timestamp: string): MadeEvent => {
    const number = sequence++;
    // Coprime to the number of miners, so that each of them gets its turn.
    const index = (number * 7_919) % MINERS;
    const id = minerId(index);
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
    let sent: Promise<unknown> = Promise.resolve();
    while (count < total) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1_000) * perSecond));
      const timestamp = new Date().toISOString();
      const events = Array.from({ length: Math.min(due - count, MAX_BATCH) }, () => next(timestamp));
      count += events.length;
      if (events.length > 0) {
        const recorded = events.flatMap(({ kind, text }) => [kind, text]);
        published.push([Date.now(), count]);
        sent = redis.send([
          ['EVALSHA', script ?? '', '1', EVENTS_KEY, String(TTL_MS), String(MAX_EVENTS), ...recorded],
          ...events.map(({ channel, text }) => ['PUBLISH', channel, text]),
        ]);
        sent.catch(() => {});
      }
    }
    await sent;
    const inEach: Partial<Record<MinerState, number>> = {};
    for (const state of states) {
      inEach[state] = (inEach[state] ?? 0) + 1;
    }
    process.send?.({ published, states: inEach } satisfies BurstReport);
  });
  process.send?.('ready');
}

/** Commands in pipelines, with next to no work for each: the cores belong to what is measured. */
class RawRedis {
  private readonly waiting: { commands: number; replies: string[]; settle(replies: string[] | Error): void }[] = [];
  private rest = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.read(text));
  }

  static async open(port: number): Promise<RawRedis> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawRedis(socket);
  }

  /** Sends commands of ASCII texts at once. @returns their replies, each a number, a status or a short text. @throws the first error among them. */
  send(commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    const text = commands.map(
      (parts) => `*${parts.length}\r\n${parts.map((part) => `$${part.length}\r\n${part}\r\n`).join('')}`,
    );
    return new Promise((resolve, reject) => {
      const settle = (result: string[] | Error) => (result instanceof Error ? reject(result) : resolve(result));
      this.waiting.push({ commands: commands.length, replies: [], settle });
      this.socket.write(text.join(''), 'latin1');
    });
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\r\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [first] = this.waiting;
      // The length of a text, which comes in the next line.
      if (first === undefined || line.startsWith('$')) {
        continue;
      }
      first.replies.push(line);
      if (first.replies.length === first.commands) {
        this.waiting.shift();
        const error = first.replies.find((reply) => reply.startsWith('-'));
        first.settle(error === undefined ? first.replies : new Error(error));
      }
    }
  }
}
