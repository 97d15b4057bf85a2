import type { Clock } from '../../base/clock';
import { Emitter, type Event } from '../../base/emitter';
import { CancelledError, describeError, errorCode } from '../../base/errors';
import { type Disposable, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { PortHolder } from '../../service/windowServing';
import type { AgentEntrance, McpListener } from './mcpParts';

/** Who serves agents outside of VS Code, as this window knows it. */
export type AgentPortState =
  /** Nobody has asked for it in this window. */
  | { readonly type: 'off' }
  /** This window does. */
  | { readonly type: 'owned'; readonly port: number; readonly url: string }
  /** Another window does, with a fleet of which it may not be known whether it is this one's. This one takes over when it closes. */
  | {
      readonly type: 'elsewhere';
      readonly port: number;
      readonly url: string;
      readonly isSameFleet: boolean | undefined;
    }
  /** Nobody can: the port is not to be had, because of the problem; the reason also tells what to do. */
  | { readonly type: 'blocked'; readonly port: number; readonly problem: string; readonly reason: string };

export interface AgentPortOptions {
  /** @throws {ConfigurationError} when the port cannot be listened to; its cause has the system's code. */
  listen(port: number, token: string): Promise<McpListener>;
  /** @throws {CancelledError} */
  whoListens(port: number, token: string, signal: AbortSignal): Promise<PortHolder>;
  /** As the settings have it now. */
  port(): number;
  /** Of this window; `undefined` while it has none. */
  fleet(): string | undefined;
  readonly access: Pick<AgentEntrance, 'token' | 'onDidChangeToken'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  random(): number;
}

/** Where agents on this machine find who has the port. */
export function agentUrl(port: number): string {
  return `http://127.0.0.1:${port}/mcp`;
}

/** Between two looks whether the port has become free, in ms; up to half of it longer, so that windows do not look at once. */
const LOOK_MS = 3_000;
/** A port that nobody listens on, and that cannot be had, was given up just now. So long such things are waited for. */
const SOON_MS = 200;
const SOON_TIMES = 5;

/**
 * The fixed port at which agents outside of VS Code find Fleet Cache. Of all windows one has it, and the others wait for it to
 * become free. Whoever has it is asked for a proof that it is one of ours.
 */
export class AgentPort implements Disposable {
  private readonly changes: Emitter<AgentPortState>;
  private readonly tokens: Disposable;
  private current: AgentPortState = { type: 'off' };
  private listener: McpListener | undefined;
  /** Aborted when the port is not wanted any more, or another one is; absent while none is. */
  private wanted: AbortController | undefined;
  private isDisposed = false;
  private nextLook: Disposable = toDisposable(() => {});
  /** One look after the other, so that no two listeners are made. */
  private queue: Promise<void> = Promise.resolve();

  /** Fires when {@link state} changes. */
  readonly onDidChange: Event<AgentPortState>;

  constructor(private readonly options: AgentPortOptions) {
    const { access, logger } = options;
    this.changes = new Emitter((error) => logger.error(describeError(error)));
    this.onDidChange = this.changes.event;
    this.tokens = access.onDidChangeToken((token) => {
      this.listener?.replaceToken(token).catch((error: unknown) => logger.error(describeError(error)));
    });
  }

  get state(): AgentPortState {
    return this.current;
  }

  /** Whether it listens, waits for the port, or is about to; the {@link state} may be another one still. */
  get isWanted(): boolean {
    return this.wanted !== undefined;
  }

  /** Agents that this window serves at the port now. */
  get clients(): number {
    return this.listener?.sessionCount ?? 0;
  }

  /** Listens, or waits for the port. Resolves to which of the two. */
  async open(): Promise<AgentPortState> {
    if (!this.isDisposed) {
      this.wanted ??= new AbortController();
      await this.look(this.wanted.signal);
    }
    return this.current;
  }

  /** As {@link open}, on what the settings say by now, if it is open. */
  async reopen(): Promise<void> {
    if (this.wanted === undefined) {
      return;
    }
    // It stays wanted, so that whoever closes it meanwhile has the last word.
    this.wanted.abort();
    this.nextLook.dispose();
    const wanted = new AbortController();
    this.wanted = wanted;
    await this.enqueue(() => this.letGo());
    await this.look(wanted.signal);
  }

  /** Gives the port up to other windows, and waits for it no more. */
  async close(): Promise<void> {
    this.wanted?.abort();
    this.wanted = undefined;
    this.nextLook.dispose();
    await this.enqueue(async () => {
      if (this.wanted === undefined) {
        await this.letGo();
      }
    });
  }

  /** Has the agents begin anew, because what they work on has changed. */
  async endSessions(): Promise<void> {
    await this.listener?.endSessions();
    if (this.current.type === 'elsewhere') {
      // Whether it is the same fleet may be another answer by now.
      this.lookIn(0);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.tokens.dispose();
    void this.close().finally(() => this.changes.dispose());
  }

  private look(signal: AbortSignal): Promise<void> {
    return this.enqueue(async () => {
      if (signal.aborted || this.listener !== undefined) {
        return;
      }
      try {
        await this.tryPort(signal);
      } catch (error) {
        if (!(error instanceof CancelledError)) {
          const problem = describeError(error);
          this.change({ type: 'blocked', port: this.options.port(), problem, reason: problem });
          this.lookLater();
        }
      }
    });
  }

  private async tryPort(signal: AbortSignal): Promise<void> {
    const { options } = this;
    const port = options.port();
    const token = await options.access.token();
    for (let soonLeft = SOON_TIMES; !(await this.take(port, token, signal)); soonLeft--) {
      const holder = await options.whoListens(port, token, signal);
      // While the token changes, a window that has it and one that has not look strange to each other.
      const isPassing = holder.type === 'nobody' || (holder.type === 'other' && this.current.type === 'elsewhere');
      if (!isPassing || soonLeft === 0) {
        this.change(this.stateBeside(holder, port));
        this.lookLater();
        return;
      }
      await new Promise<void>((resolve) => void options.clock.setTimeout(resolve, SOON_MS));
    }
  }

  /** @returns whether the port was free. */
  private async take(port: number, token: string, signal: AbortSignal): Promise<boolean> {
    let listener: McpListener;
    try {
      listener = await this.options.listen(port, token);
    } catch (error) {
      if (isInUse(error)) {
        return false;
      }
      throw error;
    }
    this.listener = listener;
    // Either may have changed meanwhile.
    const present = await this.options.access.token();
    if (present !== token) {
      await listener.replaceToken(present);
    }
    if (signal.aborted) {
      await this.letGo();
    } else {
      this.change({ type: 'owned', port, url: listener.url });
    }
    return true;
  }

  private stateBeside(holder: PortHolder, port: number): AgentPortState {
    if (holder.type !== 'ours') {
      const problem = `Port ${port} is in use by another program.`;
      const advice =
        'End it, or choose another port with the setting fleetCache.mcp.port. It may also be the Fleet Cache of another user, or of another VS Code such as Insiders.';
      return { type: 'blocked', port, problem, reason: `${problem} ${advice}` };
    }
    const fleet = this.options.fleet();
    const areKnown = fleet !== undefined && holder.fleet !== undefined;
    return {
      type: 'elsewhere',
      port,
      url: agentUrl(port),
      isSameFleet: areKnown ? holder.fleet === fleet : undefined,
    };
  }

  private lookLater(): void {
    this.lookIn(LOOK_MS * (1 + this.options.random() / 2));
  }

  private lookIn(delayMs: number): void {
    const { wanted, options } = this;
    this.nextLook.dispose();
    if (wanted !== undefined) {
      this.nextLook = options.clock.setTimeout(() => void this.look(wanted.signal), delayMs);
    }
  }

  private async letGo(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    await listener?.close();
    this.change({ type: 'off' });
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.queue.then(task);
    this.queue = run.catch((error: unknown) => this.options.logger.error(describeError(error)));
    return this.queue;
  }

  private change(state: AgentPortState): void {
    if (JSON.stringify(state) !== JSON.stringify(this.current)) {
      this.current = state;
      this.changes.fire(state);
    }
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && errorCode(error.cause) === 'EADDRINUSE';
}
