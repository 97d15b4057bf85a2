import { BrokenCircuitError } from 'cockatiel';
import { Cluster, Redis } from 'ioredis';
import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { StoreHealth } from '../cache/store';
import { openClient } from './client';
import { ClusterRetry } from './clusterRetry';
import { CommandDeadlines } from './connectionDeadlines';
import { FailureCauses } from './failureCauses';
import { isNotConnected, isReadOnly, isReply, isServerFailure, isTimeout } from './failures';
import { HealthBoard } from './healthBoard';
import { MasterSeeker } from './masterSeeker';
import { addressOf } from './nodeNames';
import { OversizedValues } from './oversizedValues';
import { type ConnectionProfile, nodeAddress, profileAddress } from './profile';
import { followCluster, followServer, type ReachabilityEvents } from './reachability';
import { type AcceptedCommand, Refusals } from './refusals';
import { Renewal } from './renewal';
import { keySlot } from './scanSlots';
import { ServerBreaker } from './serverBreaker';
import { watchSilence } from './silenceWatch';

export interface RedisConnectionOptions {
  readonly profile: ConnectionProfile;
  /** The longest that a command may take, in ms. */
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const NO_KEYS: readonly string[] = [];

/**
 * The connection that commands go over. Reconnects for ever; asks nothing of a server that is known not to answer.
 *
 * There are two ways of being given up. A node that is silent for the command timeout while commands wait loses its
 * connection, and has none until it has answered a handshake; commands for it fail at once meanwhile. That is all there is
 * on a Cluster as far as silence goes, so that the nodes that answer are asked on. The breaker is for a single server that
 * answers others, but not in time, and for a server or Cluster that answers that it cannot be used.
 */
export class RedisConnection implements Disposable {
  readonly client: Redis | Cluster;
  private readonly cluster: Cluster | undefined;
  private readonly disposables = new DisposableStore();
  private readonly serverLosses = new Emitter<void>();
  private readonly deadlines: CommandDeadlines;
  private readonly renewal: Renewal;
  private readonly causes: FailureCauses;
  private readonly board: HealthBoard;
  private readonly breaker: ServerBreaker;
  private readonly retry: ClusterRetry | undefined;
  private readonly refusals: Refusals;
  private readonly seeker: MasterSeeker;
  private readonly oversized: OversizedValues;
  /** Undefined as soon as it is known whether the server answers. */
  private firstConnection: Promise<void> | undefined;
  private isConnected = false;
  private hasFailed = false;

  readonly onDidChangeHealth: Event<StoreHealth>;
  /** Another server may be in the place of one: of a Cluster's masters, or of the single one. */
  readonly onDidLoseServer: Event<void> = this.serverLosses.event;

  constructor(private readonly options: RedisConnectionOptions) {
    const { profile, commandTimeoutMs, clock, logger } = options;
    const address = profileAddress(profile);
    this.client = openClient(profile);
    this.cluster = this.client instanceof Cluster ? this.client : undefined;
    watchSilence(this.client, commandTimeoutMs);
    this.retry = this.cluster === undefined ? undefined : new ClusterRetry(this.cluster);
    this.deadlines = new CommandDeadlines(commandTimeoutMs);
    this.renewal = new Renewal(this.deadlines, () => this.updateHealth());
    this.causes = new FailureCauses(address, commandTimeoutMs);
    this.board = new HealthBoard(address, logger);
    this.onDidChangeHealth = this.board.onDidChange;
    this.breaker = new ServerBreaker({
      deadlines: this.deadlines,
      masters: () => (this.isConnected ? this.masters() : []),
      onChange: () => this.updateHealth(),
      onStillFailing: (error) => this.causes.note(error),
    });
    this.refusals = new Refusals({
      address,
      clock,
      logger,
      nodeOf: (key) => this.nodeOf(key),
      onChange: () => this.updateHealth(),
    });
    this.seeker = new MasterSeeker({
      profile,
      clock,
      timeoutMs: commandTimeoutMs,
      onFound: () => this.followMaster(),
    });
    this.oversized = new OversizedValues({
      client: this.client,
      profile,
      logger,
      nodeOf: (key) => this.nodeOf(key),
      onRemoved: (node) => this.leaveReply(node),
    });
    this.firstConnection = this.followConnection().then(() => {
      this.firstConnection = undefined;
    });
    this.disposables.add(this.breaker);
    this.disposables.add(this.refusals);
    this.disposables.add(this.seeker);
    this.disposables.add(this.oversized);
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
   * slots have moved. Health tells what the server refuses.
   *
   * @param reads keys whose values are read, which may be too large to come in time.
   * @param callers that wait for it: a failure counts for each of them.
   * @throws {StoreError}
   */
  execute<T>(command: () => Promise<T>, reads: readonly string[] = NO_KEYS, callers = 1): Promise<T> {
    if (this.firstConnection !== undefined) {
      // Reads that come while the very first connection is being made wait for it, instead of passing over a cache that is
      // about to be there.
      return this.firstConnection.then(() => this.run(command, reads, callers));
    }
    return this.run(command, reads, callers);
  }

  /** Says that the server did what it may have refused before: for `set` and `script`, a write of `key` that takes memory. */
  noteAccepted(command: AcceptedCommand, key: string): void {
    this.refusals.noteAccepted(command, key);
  }

  private run<T>(command: () => Promise<T>, reads: readonly string[], callers: number): Promise<T> {
    if (this.breaker.isOpen) {
      return Promise.reject(this.causes.toStoreError(new BrokenCircuitError()));
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.noteFailure(error, reads, callers);
        reject(this.causes.toStoreError(error));
      };
      const started = this.deadlines.start(fail);
      const sent = this.retry === undefined ? command() : this.retry.send(command);
      sent.then(
        (result) => {
          if (this.deadlines.settle(started)) {
            this.breaker.noteSuccess();
            resolve(result);
          }
        },
        (error: unknown) => {
          if (this.deadlines.settle(started)) {
            fail(error);
          }
        },
      );
    });
  }

  private noteFailure(error: unknown, reads: readonly string[], callers: number): void {
    if (!isServerFailure(error)) {
      this.refusals.note(error);
      if (isReadOnly(error) && this.cluster === undefined) {
        this.seeker.seek();
      }
      return;
    }
    const explained = isTimeout(error) ? this.oversized.explain(reads) : undefined;
    this.retry?.refreshSlots();
    const isSilence = !isReply(error);
    if ((this.cluster !== undefined && isSilence) || (this.renewal.isRunning && isNotConnected(error))) {
      return;
    }
    const count = () => {
      this.causes.note(error);
      this.breaker.noteFailure(error, callers);
    };
    if (explained === undefined) {
      count();
    } else {
      void explained.then((isExplained) => isExplained || count());
    }
  }

  /** The rest of a value that was too large is on its way, and nothing else comes before it. */
  private leaveReply(node: string | undefined): void {
    const client =
      node === undefined ? this.client : this.masters().find((each) => nodeAddress(addressOf(each)) === node);
    if (client instanceof Redis) {
      this.renewal.begin(client);
    }
  }

  /** The server is a replica now, and another one takes its place. */
  private followMaster(): void {
    this.options.logger.info(
      `Redis at ${profileAddress(this.options.profile)} is another server now: connecting to it.`,
    );
    this.renewal.begin(this.client as Redis);
    this.serverLosses.fire();
  }

  /** The master of a Cluster that has a key, by its name in the table of slots. */
  private nodeOf(key: string): string | undefined {
    return this.cluster?.slots[keySlot(Buffer.from(key))]?.[0];
  }

  /** Resolves as soon as it is known whether the server answers, at the latest after the command timeout. */
  private followConnection(): Promise<void> {
    return new Promise((resolve) => {
      const started = this.deadlines.start(() => resolve());
      const settle = () => {
        this.deadlines.settle(started);
        resolve();
      };
      this.disposables.add(toDisposable(settle));
      const events: ReachabilityEvents = {
        onReachable: () => this.noteConnected(),
        onUnreachable: () => this.noteDisconnected(),
        onWhole: () => this.noteWhole(),
        onSettled: settle,
        onServerLost: () => this.serverLosses.fire(),
        onSlotsDoubtful: () => this.retry?.refreshSlots(),
        onNodeError: (error) => this.causes.note(error),
      };
      if (this.cluster === undefined) {
        followServer(this.client as Redis, events);
      } else {
        followCluster(this.cluster, events);
      }
      this.client.on('error', (error: unknown) => {
        // A Cluster's own error only says that each node failed.
        this.causes.note((error as { lastNodeError?: unknown }).lastNodeError ?? error);
        settle();
        this.updateHealth();
      });
      // A failure is reported by the events as well, with its cause.
      this.client.connect().catch(() => {});
    });
  }

  private noteConnected(): void {
    this.isConnected = true;
    this.refusals.clear();
    this.renewal.end();
    this.breaker.probe();
    this.updateHealth();
  }

  /** While one of a Cluster's masters is away, why it is has to be told to whoever asks for its keys. */
  private noteWhole(): void {
    if (!this.breaker.isOpen) {
      this.causes.clear();
    }
  }

  private noteDisconnected(): void {
    this.isConnected = false;
    this.hasFailed = true;
    this.updateHealth();
  }

  private updateHealth(): void {
    if (!this.disposables.isDisposed) {
      this.board.show(this.assessHealth());
    }
  }

  private assessHealth(): StoreHealth {
    if (this.breaker.isOpen || !(this.isConnected || this.renewal.isRunning)) {
      const isFirst = !this.hasFailed && !this.causes.isKnown && this.health.state === 'connecting';
      return isFirst ? this.health : { state: 'down', reason: this.causes.explain() };
    }
    return this.refusals.health ?? { state: 'up' };
  }
}
