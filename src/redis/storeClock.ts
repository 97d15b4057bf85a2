import type { Redis } from 'ioredis';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { StoreError } from '../cache/store';
import type { StoreClock } from '../cache/storeClock';
import type { RedisConnection } from './connection';
import { isReply, isServerFailure } from './failures';

export interface RedisStoreClockOptions {
  /** Asked for the time. */
  readonly connection: RedisConnection;
  readonly clock: Clock;
  readonly logger: Logger;
}

const COMPARE_EVERY_MS = 10_000;
/** The shortest round trip of so many counts: a busy process or server makes the others' midpoints wrong. */
const SAMPLES = 3;
/** Clocks that differ by less are taken for equal: the way to the server and back takes as long. */
const TOLERATED_MS = 20;
const WATCH_EVERY_MS = 250;
/** How far wall clock and monotonic clock may part between two comparisons; what is slewed parts by far less. */
const JUMP_MS = 100;

/**
 * The clock of the Redis server, compared with this machine's from time to time, and at once when that one jumps: people set it
 * back, and a machine that sleeps finds it hours ahead while its monotonic clock stood still.
 */
export class RedisStoreClock implements StoreClock, Disposable {
  private offset: number | undefined;
  /** Wall clock less monotonic clock, in ms, as it was last found. */
  private parting: number;
  private comparing: Promise<void> | undefined;
  private isRefused = false;
  private readonly jumps: Emitter<void>;
  private readonly disposables = new DisposableStore();

  readonly onDidJump: StoreClock['onDidJump'];

  constructor(private readonly options: RedisStoreClockOptions) {
    const { connection, logger } = options;
    this.jumps = new Emitter((error) => logger.error(`A listener to the clock failed: ${describeError(error)}`));
    this.onDidJump = this.jumps.event;
    this.parting = this.partingNow();
    this.every(COMPARE_EVERY_MS, () => void this.compare());
    this.every(WATCH_EVERY_MS, () => this.watch());
    this.disposables.add(this.jumps);
    this.disposables.add(
      connection.onDidChangeHealth(({ state }) => {
        if (state === 'up') {
          void this.compare();
        }
      }),
    );
    void this.compare();
  }

  offsetAt(wallMs: number, monotonicMs: number): number | undefined {
    if (Math.abs(wallMs - monotonicMs - this.parting) > JUMP_MS) {
      this.watch();
    }
    return this.offset;
  }

  async settle(): Promise<void> {
    if (this.offset !== undefined) {
      return;
    }
    const { connection, clock } = this.options;
    // Two waits may be before the answer, for the connection and for the answer itself.
    const timeUp = new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, connection.commandTimeoutMs);
      void this.compare().finally(() => {
        timer.dispose();
        resolve();
      });
    });
    await timeUp;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private watch(): void {
    // Twice: between two looks at two clocks a busy machine may do other things for long.
    if (!this.hasJumped() || !this.hasJumped()) {
      return;
    }
    this.parting = this.partingNow();
    this.offset = undefined;
    void this.compare();
    this.jumps.fire();
  }

  private hasJumped(): boolean {
    return Math.abs(this.partingNow() - this.parting) > JUMP_MS;
  }

  private partingNow(): number {
    return this.options.clock.now() - this.options.clock.monotonic();
  }

  private compare(): Promise<void> {
    this.comparing ??= this.askForTime().finally(() => {
      this.comparing = undefined;
    });
    return this.comparing;
  }

  private async askForTime(): Promise<void> {
    const { connection, clock } = this.options;
    const server = this.server();
    if (server === undefined) {
      return;
    }
    // Readers wait for the first answer; the next comparison is more exact.
    const samples = this.offset === undefined ? 1 : SAMPLES;
    let offset = 0;
    let shortest = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < samples; sample++) {
      const askedAt = clock.monotonic();
      const wallAt = clock.now();
      let reply: number[];
      try {
        reply = await connection.execute(() => server.time());
      } catch (error) {
        this.noteFailure(error);
        return;
      }
      const roundTrip = clock.monotonic() - askedAt;
      if (roundTrip < shortest) {
        const [seconds, microseconds] = reply;
        shortest = roundTrip;
        offset = Math.round(Number(seconds) * 1_000 + Number(microseconds) / 1_000 - wallAt - roundTrip / 2);
      }
    }
    this.adopt(offset);
  }

  /** Of a Cluster's masters it is always the same one that is asked, by the order of their addresses. */
  private server(): Redis | undefined {
    return [...this.options.connection.masters()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))[0];
  }

  private adopt(offset: number): void {
    if (this.hasJumped()) {
      // While the server was asked: what was reckoned is of no use, and `watch` asks anew.
      return;
    }
    this.parting = this.partingNow();
    if (this.offset === undefined || Math.abs(offset - this.offset) > TOLERATED_MS) {
      this.offset = Math.abs(offset) > TOLERATED_MS ? offset : 0;
    }
  }

  private noteFailure(error: unknown): void {
    const cause = error instanceof StoreError ? error.cause : error;
    if (!isReply(cause) || isServerFailure(cause)) {
      return;
    }
    if (!this.isRefused) {
      this.isRefused = true;
      this.options.logger.warn(
        `Redis does not tell its time, so that this machine's clock is taken for right: ${describeError(cause)}. An ACL user needs the command TIME.`,
      );
    }
    this.adopt(0);
  }

  private every(ms: number, task: () => void): void {
    const timer = setInterval(task, ms);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }
}

function nameOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
