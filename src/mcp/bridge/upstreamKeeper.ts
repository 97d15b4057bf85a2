import { setMaxListeners } from 'node:events';
import type { InitializeResult, JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { Emitter } from '../../base/emitter';
import {
  CancelledError,
  ConfigurationError,
  describeError,
  FleetCacheError,
  throwIfCancelled,
} from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { ClientMemory } from './clientMemory';
import { readEndpoint } from './endpointFile';
import { pause } from './pause';
import type { ServedFleet } from './servedFleet';
import { standInResult } from './standIn';
import { Upstream } from './upstream';

export interface UpstreamKeeperOptions {
  /** The file that says where the server is, read before each session. */
  readonly endpointPath: string;
  /** So long after a session was lost its client is kept waiting for the next, in ms. */
  readonly waitMs: number;
  readonly version: string;
  readonly memory: ClientMemory;
  /** Told what each window serves. */
  readonly fleet: ServedFleet;
  readonly logger: Logger;
  onMessage(message: JSONRPCMessage, upstream: Upstream): void;
  /** A client that was introduced already has another session. */
  onRenewed(): void;
  onLost(upstream: Upstream): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
const PAUSE_FACTOR = 1.6;
/** Even if a window has been away for hours, it may just be coming. */
const LEAST_WAIT_MS = 1_000;
/** Clients take a server that is silent for longer for broken. */
const INTRODUCTION_MS = 5_000;

/** Sees to it that there is a session with the server, one after the other, all of them like the first. */
export class UpstreamKeeper {
  private live: Upstream | undefined;
  private result: InitializeResult | undefined;
  private isIntroduced = false;
  /** Why there is no session; `undefined` until the first attempt has shown it. */
  private failure: FleetCacheError | undefined;
  private downSince = performance.now();
  private isRunning = false;
  private readonly closing = new AbortController();
  private readonly attempts = new Emitter<void>();

  constructor(private readonly options: UpstreamKeeperOptions) {
    // Each request that waits listens to it, of which there may be many.
    setMaxListeners(0, this.closing.signal);
  }

  get current(): Upstream | undefined {
    return this.live;
  }

  /**
   * Begins to keep sessions for the client that the memory knows now.
   *
   * @returns what the server says of itself, or would say if it were there.
   * @throws {ConfigurationError} when it cannot be found however long one waits. @throws {CancelledError}
   */
  async start(signal: AbortSignal): Promise<InitializeResult> {
    if (!this.isRunning) {
      this.isRunning = true;
      void this.run();
    }
    const end = performance.now() + INTRODUCTION_MS;
    try {
      await this.get(signal, INTRODUCTION_MS);
    } catch (error) {
      if (error instanceof CancelledError || error instanceof ConfigurationError) {
        throw error;
      }
    }
    if (this.failure === undefined) {
      // However short it is to wait: the client has to be told what is wrong.
      await this.nextAttempt(Math.max(0, end - performance.now()), signal);
      throwIfCancelled(signal);
      if (this.reason instanceof ConfigurationError) {
        throw this.reason;
      }
    }
    const { memory, version } = this.options;
    if (memory.hello === undefined) {
      throw new FleetCacheError('The client did not introduce itself.');
    }
    this.isIntroduced = true;
    return this.result ?? standInResult(memory.hello, version, this.reason.message);
  }

  /** The client is ready. */
  begin(): void {
    void this.live?.begin();
  }

  /**
   * The session, when there is one.
   *
   * @param longestMs so long it is waited for at most, however short the time since the last one was lost.
   * @throws {FleetCacheError} that says why there is none. @throws {CancelledError}
   */
  async get(signal: AbortSignal, longestMs = Number.POSITIVE_INFINITY): Promise<Upstream> {
    const now = performance.now();
    const deadline = Math.min(Math.max(this.downSince + this.options.waitMs, now + LEAST_WAIT_MS), now + longestMs);
    for (;;) {
      throwIfCancelled(signal);
      throwIfCancelled(this.closing.signal);
      if (this.live !== undefined) {
        return this.live;
      }
      const left = deadline - performance.now();
      if (left <= 0 || this.failure instanceof ConfigurationError) {
        throw this.reason;
      }
      await this.nextAttempt(left, signal);
    }
  }

  /** Ends the session. One that is just being opened is not waited for; the server finds nobody there. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.live?.close();
    this.attempts.dispose();
  }

  private get reason(): FleetCacheError {
    return this.failure ?? new FleetCacheError('Fleet Cache in VS Code is starting, or does not answer. Try again.');
  }

  private async run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.closing.signal.aborted) {
      try {
        const upstream = await this.connect();
        pauseMs = FIRST_PAUSE_MS;
        await upstream.lost;
        this.downSince = performance.now();
        this.live = undefined;
        this.options.fleet.note(upstream.fleet);
        this.options.onLost(upstream);
        if (!this.closing.signal.aborted) {
          this.options.logger.info('The session with Fleet Cache ended. Looking for the next.');
        }
      } catch (error) {
        this.noteFailure(error);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * PAUSE_FACTOR);
      }
      await pause(pauseMs * (0.75 + Math.random() / 2), this.closing.signal);
    }
  }

  private async connect(): Promise<Upstream> {
    const { endpointPath, memory, fleet, logger, onMessage, onRenewed } = this.options;
    const { hello } = memory;
    if (hello === undefined) {
      throw new FleetCacheError('The client did not introduce itself.');
    }
    const endpoint = await readEndpoint(endpointPath);
    const { upstream, result } = await Upstream.open({ endpoint, onMessage }, hello);
    try {
      if (memory.isReady) {
        await upstream.begin();
        await this.restore(upstream);
      }
      throwIfCancelled(this.closing.signal);
    } catch (error) {
      await upstream.close();
      throw error;
    }
    fleet.note(upstream.fleet);
    this.live = upstream;
    this.result = result;
    logger.info(`Connected to Fleet Cache ${result.serverInfo.version} at ${endpoint.url}`);
    if (this.isIntroduced) {
      onRenewed();
    }
    this.failure = new FleetCacheError('The session with Fleet Cache ended.');
    this.attempts.fire();
    return upstream;
  }

  private async restore(upstream: Upstream): Promise<void> {
    const { memory, logger } = this.options;
    const { logLevel: level, subscriptions } = memory;
    const attempt = async (what: string, method: string, params: Readonly<Record<string, unknown>>) => {
      try {
        await upstream.ask(method, params);
      } catch (error) {
        // Such as a miner that this window's fleet has not; the next window's may.
        logger.warn(`${what} now: ${describeError(error)}`);
      }
    };
    if (level !== undefined) {
      await attempt(`The log level is not “${level}”`, 'logging/setLevel', { level });
    }
    for (const uri of subscriptions) {
      await attempt(`${uri} is not followed`, 'resources/subscribe', { uri });
    }
  }

  private noteFailure(error: unknown): void {
    if (error instanceof CancelledError) {
      return;
    }
    const failure = error instanceof FleetCacheError ? error : new FleetCacheError(describeError(error));
    if (failure.message !== this.failure?.message) {
      this.options.logger.warn(failure.message);
    }
    this.failure = failure;
    this.attempts.fire();
  }

  private nextAttempt(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        listener.dispose();
        for (const each of [signal, this.closing.signal]) {
          each.removeEventListener('abort', settle);
        }
        resolve();
      };
      const timer = setTimeout(settle, timeoutMs);
      const listener = this.attempts.event(settle);
      for (const each of [signal, this.closing.signal]) {
        each.addEventListener('abort', settle, { once: true });
      }
    });
  }
}
