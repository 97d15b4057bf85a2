import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  type InitializeRequest,
  type InitializeResult,
  InitializeResultSchema,
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { describeError } from '../../base/errors';
import type { Endpoint } from './endpointFile';
import { OwnRequests } from './ownRequests';
import { pause } from './pause';
import { NotTakenError, ProvenConnections, RefusedByServerError } from './provenConnections';

/** What became of a request. */
export type Outcome =
  /** Its answer was passed on. */
  | { readonly type: 'answered' }
  /** The server did not begin with it, and it may be sent again. */
  | { readonly type: 'notTaken' }
  /** The server refused it. */
  | { readonly type: 'refused'; readonly message: string }
  /** The connection went while it was being worked on. */
  | { readonly type: 'lost' }
  /** Nobody waits for it any more. */
  | { readonly type: 'forgotten' };

export interface UpstreamOptions {
  readonly endpoint: Endpoint;
  /** What the server sends: answers to what was forwarded, and what it says and asks of itself. */
  onMessage(message: JSONRPCMessage, upstream: Upstream): void;
}

interface Pending {
  /** Whether the request is out, as far as the sender can tell. */
  sent: boolean;
  /** Resolves when it is out, or will never be. */
  sending: Promise<void>;
  /** Whether the answer can be taken up again where its connection broke off, which the transport does. */
  isResumable: boolean;
  settle(outcome: Outcome): void;
  onResult(result: unknown): void;
}

/** A window that has just been opened answers when its fleet is there, which it waits for at most 20 s. */
const INITIALIZE_MS = 30_000;
/** Before a request that the server was too busy for is sent again. */
const BUSY_MS = 200;
const LISTENING_MS = 2_000;
/** Clients end a bridge that is still there after 2 s. */
const GOODBYE_MS = 1_800;
/** As the transport has it by default, but for `maxRetries`: a session that is over is noticed at once in another way. */
const RECONNECTION = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 8,
};
/** What the transport says when it takes a stream up no more. */
const GAVE_UP = 'Maximum reconnection attempts';

/** One session with the server. */
export class Upstream {
  /** Resolves to the reason when the session is no more. */
  readonly lost: Promise<string>;
  private readonly transport: StreamableHTTPClientTransport;
  private readonly pending = new Map<RequestId, Pending>();
  private readonly own: OwnRequests;
  private isLost = false;
  private isListening = false;
  private isIntroducing = false;
  private onListening = () => {};
  private onLost: (reason: string) => void = () => {};
  private begun: Promise<void> | undefined;
  private toldFleet: string | undefined;

  private constructor(private readonly options: UpstreamOptions) {
    this.lost = new Promise((resolve) => {
      this.onLost = resolve;
    });
    const { endpoint } = options;
    const connections = new ProvenConnections({
      endpoint,
      onProven: ({ fleet }) => {
        this.toldFleet = fleet ?? this.toldFleet;
      },
      onLost: (error) => this.lose(error.message),
      onStreamBegin: (id) => {
        if (id === undefined) {
          this.isListening = true;
          this.onListening();
        }
      },
      onStreamEnd: (id) => void this.checkAfterEnd(id),
    });
    this.transport = new StreamableHTTPClientTransport(new URL(endpoint.url), {
      fetch: connections.fetch,
      reconnectionOptions: RECONNECTION,
    });
    this.own = new OwnRequests((request) => this.transport.send(request), this.lost);
    this.transport.onmessage = (message) => this.receive(message);
    this.transport.onerror = (error) => {
      if (error.message.includes(GAVE_UP)) {
        this.lose('a stream that broke off was not taken up again');
      } else if (this.begun !== undefined && !this.isListening && error instanceof NotTakenError) {
        void this.introduceAgain();
      }
    };
  }

  /**
   * Begins a session in the name of a client.
   *
   * @throws {FleetCacheError} that says why there is none.
   */
  static async open(
    options: UpstreamOptions,
    hello: InitializeRequest['params'],
  ): Promise<{ readonly upstream: Upstream; readonly result: InitializeResult }> {
    const upstream = new Upstream(options);
    try {
      await upstream.transport.start();
      const result = InitializeResultSchema.parse(await upstream.own.ask('initialize', hello, INITIALIZE_MS));
      upstream.transport.setProtocolVersion(result.protocolVersion);
      return { upstream, result };
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  /** Which fleet the window said last that it serves; `undefined` when it did not know. */
  get fleet(): string | undefined {
    return this.toldFleet;
  }

  /** Tells the server that the client is ready, and resolves when what the server says of itself would arrive. */
  begin(): Promise<void> {
    this.begun ??= this.listen();
    return this.begun;
  }

  /** Passes a client's request on. Resolves when its answer was passed back, or there will be none. */
  async forward(request: JSONRPCRequest, onResult: (result: unknown) => void): Promise<Outcome> {
    if (this.isLost) {
      return { type: 'notTaken' };
    }
    const outcome = new Promise<Outcome>((resolve) => {
      const settle = (settled: Outcome) => {
        this.pending.delete(request.id);
        resolve(settled);
      };
      this.pending.set(request.id, { sent: false, sending: Promise.resolve(), isResumable: false, settle, onResult });
    });
    const pending = this.pending.get(request.id);
    try {
      const sending = this.transport.send(request, {
        onresumptiontoken: () => {
          if (pending !== undefined) {
            pending.isResumable = true;
          }
        },
      });
      if (pending !== undefined) {
        pending.sending = sending.catch(() => {});
      }
      await sending;
      if (this.isLost) {
        pending?.settle({ type: 'lost' });
      } else if (pending !== undefined) {
        pending.sent = true;
      }
    } catch (error) {
      pending?.settle(await this.outcomeOf(error));
    }
    return outcome;
  }

  /** Takes a request back, if it is not answered yet: no answer to it is passed back from now on, and the server is told so. */
  async cancel(id: RequestId, notification: JSONRPCMessage): Promise<void> {
    const pending = this.pending.get(id);
    if (pending !== undefined) {
      pending.settle({ type: 'forgotten' });
      // Over a connection of its own, it could overtake what it takes back.
      await pending.sending;
      await this.tell(notification);
    }
  }

  /** Passes on what needs no answer. What cannot be delivered is of no use to a session to come. */
  async tell(message: JSONRPCMessage): Promise<void> {
    await this.transport.send(message).catch(() => {});
  }

  /** The result of a request of the bridge itself. @throws {FleetCacheError} */
  ask(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.own.ask(method, params);
  }

  /** Says goodbye, so that the server need not wait for the session to be idle. */
  async close(): Promise<void> {
    if (!this.isLost) {
      await Promise.race([this.transport.terminateSession().catch(() => {}), pause(GOODBYE_MS)]);
      this.lose('it was closed');
    }
  }

  private receive(message: JSONRPCMessage): void {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      const pending = id === undefined ? undefined : this.pending.get(id);
      if (!this.own.take(message) && pending !== undefined) {
        this.options.onMessage(message, this);
        pending.settle({ type: 'answered' });
        if (isJSONRPCResultResponse(message)) {
          pending.onResult(message.result);
        }
      }
    } else if (!this.isLost) {
      this.options.onMessage(message, this);
    }
  }

  private async listen(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const listening = new Promise<void>((resolve) => {
      this.onListening = resolve;
      timer = setTimeout(resolve, LISTENING_MS);
    });
    await this.introduce();
    await Promise.race([listening, this.lost]);
    clearTimeout(timer);
  }

  /** The transport opens the stream of what the server says of itself when this was taken. */
  private introduce(): Promise<void> {
    return this.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  /** A session without that stream hears of nothing, and the transport tries to open it once. */
  private async introduceAgain(): Promise<void> {
    if (this.isIntroducing) {
      return;
    }
    this.isIntroducing = true;
    await Promise.race([pause(BUSY_MS), this.lost]);
    this.isIntroducing = false;
    if (!this.isLost && !this.isListening) {
      await this.introduce();
    }
  }

  /** An answer in parts has ended; the last of it may still be on its way through the transport. */
  private async checkAfterEnd(id: RequestId | undefined): Promise<void> {
    if (this.isLost) {
      return;
    }
    const isAnswered = () => id !== undefined && !this.pending.has(id);
    await new Promise((resolve) => setImmediate(resolve));
    if (isAnswered()) {
      return;
    }
    if (!(await this.own.isAlive())) {
      this.lose('the connection ended');
    } else if (id !== undefined && this.pending.get(id)?.isResumable === false) {
      this.pending.get(id)?.settle({ type: 'lost' });
    }
  }

  private async outcomeOf(error: unknown): Promise<Outcome> {
    if (error instanceof RefusedByServerError) {
      return { type: 'refused', message: error.message };
    }
    if (!this.isLost && !(await this.own.isAlive())) {
      this.lose(describeError(error));
    }
    if (!(error instanceof NotTakenError)) {
      return { type: 'lost' };
    }
    if (!this.isLost) {
      await pause(BUSY_MS * (0.5 + Math.random()));
    }
    return { type: 'notTaken' };
  }

  private lose(reason: string): void {
    if (this.isLost) {
      return;
    }
    this.isLost = true;
    this.transport.close().catch(() => {});
    for (const pending of [...this.pending.values()].filter(({ sent }) => sent)) {
      pending.settle({ type: 'lost' });
    }
    this.onLost(reason);
  }
}
