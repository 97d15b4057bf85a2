import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { Cluster, type Redis } from 'ioredis';
import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { StoreError, type StoreHealth } from '../cache/store';
import { openClient } from './client';
import { CommandDeadlines } from './connectionDeadlines';
import { explainFailure, isNotConnected, isRedirection, isReply, isServerFailure, isWriteRefusal } from './failures';
import { HealthBoard } from './healthBoard';
import { type ConnectionProfile, profileAddress } from './profile';
import { followCluster, followServer, type ReachabilityEvents } from './reachability';

export interface RedisConnectionOptions {
  readonly profile: ConnectionProfile;
  /** The longest that a command may take, in ms. */
  readonly commandTimeoutMs: number;
  readonly logger: Logger;
}

/** Failures in a row after which Redis is left alone, and how long it is until it is tried again. */
const BREAKER_FAILURES = 3;
const BREAKER_PAUSE_MS = 1_000;
const SLOTS_REFRESH_PAUSE_MS = 250;

/** Asked to see whether the server answers: a key that every user of the cache may read. */
const PROBE_KEY = 'v1:gen:all';

/**
 * The connection that commands go over. Reconnects for ever; asks nothing of a server that is known not to answer.
 *
 * There are two ways of being given up. A node that is silent for the command timeout while commands wait loses its
 * connection, and has none until it has answered a handshake; commands for it fail at once meanwhile. That is all there is
 * on a Cluster as far as silence goes, so that one dead master costs the keys of the others nothing. The breaker is for a
 * single server that answers others, but not in time, and for a server or Cluster that answers that it cannot be used.
 */
export class RedisConnection implements Disposable {
  readonly client: Redis | Cluster;
  private readonly cluster: Cluster | undefined;
  private readonly address: string;
  private readonly disposables = new DisposableStore();
  private readonly serverLosses = new Emitter<void>();
  private readonly deadlines: CommandDeadlines;
  private readonly board: HealthBoard;
  private readonly breaker = circuitBreaker(handleWhen(isServerFailure), {
    halfOpenAfter: BREAKER_PAUSE_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  });
  private hasFailed = false;
  private slotsRefreshedAt = Number.NEGATIVE_INFINITY;
  /** Undefined as soon as it is known whether the server answers. */
  private firstConnection: Promise<void> | undefined;
  private isConnected = false;
  private lastError: unknown;
  private writeRefusal: string | undefined;

  readonly onDidChangeHealth: Event<StoreHealth>;
  /** Of a Cluster's masters. */
  readonly onDidLoseServer: Event<void> = this.serverLosses.event;

  constructor(private readonly options: RedisConnectionOptions) {
    this.address = profileAddress(options.profile);
    this.deadlines = new CommandDeadlines(options.commandTimeoutMs);
    this.board = new HealthBoard(this.address, options.logger);
    this.onDidChangeHealth = this.board.onDidChange;
    this.client = openClient(options.profile, { socketTimeout: options.commandTimeoutMs });
    this.cluster = this.client instanceof Cluster ? this.client : undefined;
    this.firstConnection = this.followConnection().then(() => {
      this.firstConnection = undefined;
    });
    this.disposables.add(this.breaker.onStateChange(() => this.updateHealth()));
    this.disposables.add(this.probeWhileDown());
    this.disposables.add(toDisposable(() => this.client.disconnect()));
    this.disposables.add(this.deadlines);
    this.disposables.add(this.board);
    this.disposables.add(this.serverLosses);
  }

  /** The longest that a command may take, in ms. */
  get commandTimeoutMs(): number {
    return this.options.commandTimeoutMs;
  }

  get health(): StoreHealth {
    return this.board.current;
  }

  /** The servers that hold data: all masters of a Cluster, else the one. */
  masters(): readonly Redis[] {
    return this.cluster === undefined ? [this.client as Redis] : this.cluster.nodes('master');
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /**
   * Runs `command`, which uses {@link client}, within the command timeout. It may be run a second time on a Cluster whose
   * slots have moved.
   *
   * @throws {StoreError}
   */
  execute<T>(command: () => Promise<T>): Promise<T> {
    if (this.firstConnection !== undefined) {
      // Reads that come while the very first connection is being made wait for it, instead of passing over a cache that is
      // about to be there.
      return this.firstConnection.then(() => this.run(command));
    }
    return this.run(command);
  }

  /** As {@link execute}; health tells of a server that refuses writes, and when that is over. */
  async executeWrite<T>(command: () => Promise<T>): Promise<T> {
    try {
      const result = await this.execute(command);
      this.noteWrite(undefined);
      return result;
    } catch (error) {
      const cause = error instanceof StoreError ? error.cause : error;
      if (isWriteRefusal(cause)) {
        this.noteWrite(describeError(cause));
      }
      throw error;
    }
  }

  private run<T>(command: () => Promise<T>): Promise<T> {
    // Only the probe tests a server that is given up: whoever came while a test runs would have to wait for its end.
    if (this.breaker.state !== CircuitState.Closed) {
      return Promise.reject(this.storeError(new BrokenCircuitError()));
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.noteFailure(error);
        reject(this.storeError(error));
      };
      const started = this.deadlines.start(fail);
      const succeed = (result: T) => {
        if (this.deadlines.settle(started)) {
          if (this.hasFailed) {
            this.noteSuccess();
          }
          resolve(result);
        }
      };
      const failInTime = (error: unknown) => {
        if (this.deadlines.settle(started)) {
          fail(error);
        }
      };
      this.send(command).then(succeed, (error: unknown) => {
        if (this.cluster !== undefined && isRedirection(error)) {
          this.refreshSlots();
          this.sendAlone(this.cluster, command).then(succeed, failInTime);
        } else {
          failInTime(error);
        }
      });
    });
  }

  private send<T>(command: () => Promise<T>): Promise<T> {
    try {
      return command();
    } catch (error) {
      // ioredis throws when a slot of the Cluster belongs to nobody.
      return Promise.reject(error);
    }
  }

  /** Not in a pipeline with others: each command is redirected by itself. ioredis reads the option as commands are issued. */
  private sendAlone<T>(cluster: Cluster, command: () => Promise<T>): Promise<T> {
    cluster.options.enableAutoPipelining = false;
    try {
      return this.send(command);
    } finally {
      cluster.options.enableAutoPipelining = true;
    }
  }

  private noteFailure(error: unknown): void {
    if (!isServerFailure(error)) {
      return;
    }
    this.refreshSlots();
    if (this.cluster !== undefined && !isReply(error)) {
      return;
    }
    this.hasFailed = true;
    this.noteCause(error);
    this.breaker.execute(() => Promise.reject(error)).catch(() => {});
  }

  private noteSuccess(): void {
    this.hasFailed = false;
    this.breaker.execute(() => undefined).catch(() => {});
  }

  /** Has a Cluster looked up anew which node has which slots: each look is a connection of its own, hence the pause. */
  private refreshSlots(): void {
    const now = performance.now();
    if (this.cluster !== undefined && now - this.slotsRefreshedAt >= SLOTS_REFRESH_PAUSE_MS) {
      this.slotsRefreshedAt = now;
      this.cluster.refreshSlotsCache();
    }
  }

  /** Resolves as soon as it is known whether the server answers, at the latest after the command timeout. */
  private followConnection(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.commandTimeoutMs);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      this.disposables.add(toDisposable(settle));
      const events: ReachabilityEvents = {
        onReachable: () => this.noteConnected(),
        onUnreachable: () => this.noteDisconnected(),
        onSettled: settle,
        onServerLost: () => this.serverLosses.fire(),
        onSlotsDoubtful: () => this.refreshSlots(),
        onNodeError: (error) => this.noteCause(error),
      };
      if (this.cluster === undefined) {
        followServer(this.client as Redis, events);
      } else {
        followCluster(this.cluster, events);
      }
      this.client.on('error', (error: unknown) => {
        // A Cluster's own error only says that each node failed.
        this.noteCause((error as { lastNodeError?: unknown }).lastNodeError ?? error);
        settle();
        this.updateHealth();
      });
      // A failure is reported by the events as well, with its cause.
      this.client.connect().catch(() => {});
    });
  }

  private noteConnected(): void {
    this.isConnected = true;
    this.writeRefusal = undefined;
    if (this.breaker.state === CircuitState.Closed) {
      this.lastError = undefined;
    }
    this.probe();
    this.updateHealth();
  }

  private noteDisconnected(): void {
    this.isConnected = false;
    this.updateHealth();
  }

  /** While the server is connected but does not answer, nobody may be reading: asks it, so that it is seen to be back. */
  private probeWhileDown() {
    const timer = setInterval(() => this.probe(), BREAKER_PAUSE_MS);
    timer.unref();
    return toDisposable(() => clearInterval(timer));
  }

  private probe(): void {
    if (this.isConnected && this.breaker.state !== CircuitState.Closed) {
      this.breaker.execute(() => this.askAnyMaster()).catch((error: unknown) => this.noteCause(error));
    }
  }

  /** Resolves when one of the masters says anything but that nobody can be served. */
  private askAnyMaster(): Promise<void> {
    return new Promise((resolve, reject) => {
      const started = this.deadlines.start(reject);
      const ask = async (master: Redis) => {
        try {
          await master.get(PROBE_KEY);
        } catch (error) {
          if (isServerFailure(error)) {
            throw error;
          }
        }
      };
      Promise.any(this.masters().map(ask))
        .then(resolve, (error: AggregateError) => reject(error.errors[0]))
        .finally(() => this.deadlines.settle(started));
    });
  }

  /** Keeps what explains the state best: that a command found no connection says less than why there is none. */
  private noteCause(error: unknown): void {
    if (!isNotConnected(error) && !(error instanceof BrokenCircuitError)) {
      this.lastError = error;
    }
  }

  private noteWrite(refusal: string | undefined): void {
    if (refusal !== this.writeRefusal) {
      this.writeRefusal = refusal;
      this.updateHealth();
    }
  }

  private updateHealth(): void {
    if (!this.disposables.isDisposed) {
      this.board.show(this.assessHealth());
    }
  }

  private assessHealth(): StoreHealth {
    if (!this.isConnected || this.breaker.state !== CircuitState.Closed) {
      const isFirst = !this.isConnected && this.lastError === undefined && this.health.state === 'connecting';
      return isFirst ? this.health : { state: 'down', reason: this.explain(this.lastError) };
    }
    if (this.writeRefusal === undefined) {
      return { state: 'up' };
    }
    const refusal = this.writeRefusal.replace(/\.?$/, '.');
    return { state: 'refusing-writes', reason: `Redis at ${this.address} refuses writes: ${refusal}` };
  }

  private storeError(error: unknown): StoreError {
    return new StoreError(this.explain(error), { cause: error });
  }

  private explain(error: unknown): string {
    return explainFailure(error, this.lastError, this.address, this.options.commandTimeoutMs);
  }
}
