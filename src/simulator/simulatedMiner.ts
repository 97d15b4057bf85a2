import type { Socket } from 'node:net';
import type { ConnectionInjector } from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { Credentials } from '../fleet/credentials';
import { DEFAULT_CREDENTIALS } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import { FaultDriver } from './faultDriver';
import type { Fault } from './faults';
import { Listener } from './listener';
import { Machine } from './machine/machine';
import type { SimulatedState } from './machine/ownWays';
import { OpenStreams } from './openStreams';
import type { MinerProfile } from './profile';
import { hash, unit } from './random';
import { buildServer, type Protocol } from './services';
import { Sessions } from './sessions';

export interface SimulatedMinerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly fault: Fault | undefined;
  readonly login: Credentials | undefined;
  readonly tokenTimeoutS: number;
}

/** How long a miner that reboots stays to send its last answer. */
const ANSWER_MS = 200;

/** One simulated miner on the network, with the levers that tests and faults pull. */
export class SimulatedMiner {
  private readonly machine: Machine;
  private readonly listener: Listener;
  private readonly calls = new Map<string, number>();
  private readonly sessions: Sessions;
  private readonly streams = new OpenStreams();
  private readonly driver: FaultDriver;
  private injector: ConnectionInjector | undefined;
  private delayMs = 0;
  private rebootTimer: Disposable | undefined;

  constructor(
    private readonly profile: MinerProfile,
    private readonly options: SimulatedMinerOptions,
    private readonly protocol: Protocol,
    private readonly clock: Clock,
  ) {
    this.sessions = new Sessions(options.login, options.tokenTimeoutS, clock);
    this.machine = new Machine(profile, clock, {
      address: options.host,
      onReboot: (downMs) => this.reboot(downMs),
      onFactoryReset: () => this.sessions.setLogin(options.login),
    });
    this.listener = new Listener(options.host, options.port, (socket) => this.accept(socket));
    const levers = {
      goOnline: () => this.goOnline(),
      goOffline: () => this.goOffline(),
      dropConnections: () => this.listener.dropConnections(),
      cutStreams: () => this.streams.cut(protocol.grpc.status.UNAVAILABLE, 'The stream was cut.'),
      boot: () => this.boot(),
      limitTokens: (lifetimeMs: number) => this.sessions.limitLifetime(lifetimeMs),
    };
    this.driver = new FaultDriver(levers, clock);
  }

  get id(): string {
    return this.profile.id;
  }

  /** As an inventory would name it. */
  get miner(): Miner {
    return {
      id: this.profile.id,
      host: this.listener.host,
      port: this.listener.port,
      tenant: this.profile.tenant,
      tags: this.profile.tags,
      tls: false,
      credentials: DEFAULT_CREDENTIALS,
    };
  }

  get isOnline(): boolean {
    return this.listener.isOpen;
  }

  get state(): SimulatedState {
    return this.machine.state;
  }

  /** Whether tokens are asked for. */
  get needsLogin(): boolean {
    return this.sessions.areNeeded;
  }

  get fault(): Fault | undefined {
    return this.driver.fault;
  }

  /** Goes online, unless its fault is to be offline; then it only settles on its port. Rejects as {@link goOnline} does. */
  async start(): Promise<void> {
    const { fault } = this.options;
    await (fault?.kind === 'offline' ? this.listener.reserve() : this.goOnline());
    // Not all at the same time, and not before a client had a chance to connect.
    this.driver.begin(fault, 0.5 + unit(hash(this.profile.seed, 'fault')) / 2);
  }

  /**
   * Replaces the miner's fault, `undefined`: by none, and brings it online unless it is to be offline. Rejects as
   * {@link goOnline} does.
   */
  setFault(fault: Fault | undefined): Promise<void> {
    // It is the fault from here on that says whether the miner is there.
    this.rebootTimer?.dispose();
    return this.driver.set(fault);
  }

  /** Listens again on the same port. Rejects with the system's error, such as EADDRINUSE. */
  async goOnline(): Promise<void> {
    await this.listener.open();
  }

  /** Stops to listen and drops all connections, in the middle of whatever they carry. */
  async goOffline(): Promise<void> {
    await this.listener.close();
  }

  /** Puts the miner into a state, seen by all status streams; `undefined` hands it back to its own ways. */
  setState(state: SimulatedState | undefined): void {
    this.machine.setState(state);
  }

  /** Holds back every answer from now on, whatever its fault does; 0 for none. */
  setDelay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Forgets all tokens, so that clients have to log in again. */
  expireTokens(): void {
    this.sessions.clear();
  }

  /** How many calls have arrived, refused ones included: of one method by its bare name, or of all. Reflection is not counted. */
  callCount(method?: string): number {
    return method === undefined ? sum(this.calls.values()) : (this.calls.get(method) ?? 0);
  }

  /** {@link callCount} by method, of those that were called. */
  get callCounts(): ReadonlyMap<string, number> {
    return this.calls;
  }

  async stop(): Promise<void> {
    this.rebootTimer?.dispose();
    this.rebootTimer = undefined;
    this.driver.dispose();
    await this.listener.close();
    this.injector?.destroy();
    this.machine.dispose();
  }

  /** Made with the first connection, because most miners of a large fleet wait long for theirs. */
  private connections(): ConnectionInjector {
    if (this.injector === undefined) {
      const { grpc } = this.protocol;
      const server = buildServer(this.protocol, this.machine, {
        api: this.profile.firmware.api,
        sessions: this.sessions,
        clock: this.clock,
        delayMs: () => Math.max(this.delayMs, this.driver.delayMs),
        isGarbling: () => this.driver.isGarbling,
        streams: this.streams,
        onCall: (method) => this.calls.set(method, (this.calls.get(method) ?? 0) + 1),
      });
      this.injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    }
    return this.injector;
  }

  private accept(socket: Socket): void {
    if (this.driver.isMute) {
      // Unread, its end would never be noticed.
      socket.resume();
    } else {
      this.connections().injectConnection(socket);
    }
  }

  /** As the power's return does: the uptime starts anew, and no token is known any more. */
  private boot(): void {
    this.sessions.clear();
    this.machine.boot();
  }

  private reboot(downMs: number): void {
    this.rebootTimer?.dispose();
    // The answer to the call that asked for it has to be out before the connection goes.
    this.rebootTimer = this.clock.setTimeout(() => {
      this.sessions.clear();
      // A port that somebody else took meanwhile is lost: the miner stays away.
      this.goOffline().catch(() => {});
      this.rebootTimer = this.clock.setTimeout(() => this.goOnline().catch(() => {}), downMs);
    }, ANSWER_MS);
  }
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
