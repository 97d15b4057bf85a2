import type { ConnectionInjector } from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { Credentials } from '../fleet/credentials';
import { DEFAULT_CREDENTIALS } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import type { Fault } from './faults';
import { Listener } from './listener';
import { Machine } from './machine/machine';
import type { SimulatedState } from './machine/ownWays';
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
  private injector: ConnectionInjector | undefined;
  private delayMs: number;
  private flapTimer: Disposable | undefined;
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
    this.delayMs = options.fault?.kind === 'slow' ? options.fault.durationMs : 0;
    this.listener = new Listener(options.host, options.port, (socket) => this.connections().injectConnection(socket));
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

  /** Goes online, unless its fault is to be offline; then it only settles on its port. Rejects as {@link goOnline} does. */
  async start(): Promise<void> {
    const { fault } = this.options;
    if (fault?.kind === 'offline') {
      await this.listener.reserve();
      return;
    }
    await this.goOnline();
    if (fault?.kind === 'flap') {
      const half = fault.durationMs / 2;
      // Not all at the same time, and not before a client had a chance to connect.
      this.flap(half, half * (0.5 + unit(hash(this.profile.seed, 'flap'))));
    }
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

  /** Holds back every answer from now on; 0 for none. */
  setDelay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Forgets all tokens, so that clients have to log in again. */
  expireTokens(): void {
    this.sessions.clear();
  }

  /** How many calls have arrived, refused ones included: of one method by its bare name, or of all. Reflection is not counted. */
  callCount(method?: string): number {
    if (method !== undefined) {
      return this.calls.get(method) ?? 0;
    }
    return [...this.calls.values()].reduce((total, count) => total + count, 0);
  }

  async stop(): Promise<void> {
    this.flapTimer?.dispose();
    this.flapTimer = undefined;
    this.rebootTimer?.dispose();
    this.rebootTimer = undefined;
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
        delayMs: () => this.delayMs,
        onCall: (method) => this.calls.set(method, (this.calls.get(method) ?? 0) + 1),
      });
      this.injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    }
    return this.injector;
  }

  private flap(halfMs: number, delayMs: number): void {
    this.flapTimer = this.clock.setTimeout(() => {
      this.flap(halfMs, halfMs);
      // A port that somebody else took meanwhile comes back with the next turn, or the one after.
      const turn = this.isOnline ? this.goOffline() : this.goOnline();
      turn.catch(() => {});
    }, delayMs);
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
