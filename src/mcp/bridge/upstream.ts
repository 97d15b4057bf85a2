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
import { describeError, FleetCacheError } from '../../base/errors';
import type { Endpoint } from './endpointFile';
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
  /** Whether the answer can be taken up again where its connection broke off, which the transport does. */
  isResumable: boolean;
  settle(outcome: Outcome): void;
  onResult(result: unknown): void;
}

/** The bridge's own requests stand out from its client's. */
const OWN_IDS = 'fleet-cache-bridge:';
const ANSWER_MS = 10_000;
/** A window that has just been opened answers when its fleet is there, which it waits for at most 20 s. */
const INITIALIZE_MS = 30_000;
const ALIVE_MS = 5_000;
const LISTENING_MS = 2_000;
const GOODBYE_MS = 1_000;
/** What the transport says when it takes a stream up no more. */
const GAVE_UP = 'Maximum reconnection attempts';

/** One session with the server. */
export class Upstream {
  /** Resolves to the reason when the session is no more. */
  readonly lost: Promise<string>;
  private readonly transport: StreamableHTTPClientTransport;
  private readonly pending = new Map<RequestId, Pending>();
  private readonly asked = new Map<RequestId, (message: JSONRPCMessage) => void>();
  private count = 0;
  private isLost = false;
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
          this.onListening();
        }
      },
      onStreamEnd: (id) => void this.checkAfterEnd(id),
    });
    this.transport = new StreamableHTTPClientTransport(new URL(endpoint.url), { fetch: connections.fetch });
    this.transport.onmessage = (message) => this.receive(message);
    this.transport.onerror = ({ message }) => {
      if (message.includes(GAVE_UP)) {
        this.lose('a stream that broke off was not taken up again');
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
      const result = InitializeResultSchema.parse(await upstream.ask('initialize', hello, INITIALIZE_MS));
      upstream.transport.setProtocolVersion(result.protocolVersion);
      return { upstream, result };
    } catch (error) {
      upstream.lose(describeError(error));
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
      this.pending.set(request.id, { sent: false, isResumable: false, settle, onResult });
    });
    const pending = this.pending.get(request.id);
    try {
      await this.transport.send(request, {
        onresumptiontoken: () => {
          if (pending !== undefined) {
            pending.isResumable = true;
          }
        },
      });
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

  /** No answer to that request is passed back from now on. */
  forget(id: RequestId): void {
    this.pending.get(id)?.settle({ type: 'forgotten' });
  }

  /** Passes on what needs no answer. What cannot be delivered is of no use to a session to come. */
  async tell(message: JSONRPCMessage): Promise<void> {
    await this.transport.send(message).catch(() => {});
  }

  /** The result of a request of the bridge itself. @throws {FleetCacheError} */
  async ask(method: string, params: Readonly<Record<string, unknown>>, timeoutMs = ANSWER_MS): Promise<unknown> {
    const id = `${OWN_IDS}${this.count++}`;
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<JSONRPCMessage>((resolve, reject) => {
        this.asked.set(id, resolve);
        const fail = () => reject(new FleetCacheError(`Fleet Cache did not answer ${method} within ${timeoutMs} ms.`));
        timer = setTimeout(fail, timeoutMs);
        this.transport.send({ jsonrpc: '2.0', id, method, params }).catch(reject);
        void this.lost.then((reason) => reject(new FleetCacheError(`The session with Fleet Cache ended: ${reason}`)));
      });
      if (isJSONRPCErrorResponse(answer)) {
        throw new FleetCacheError(answer.error.message);
      }
      return isJSONRPCResultResponse(answer) ? answer.result : undefined;
    } finally {
      clearTimeout(timer);
      this.asked.delete(id);
    }
  }

  /** Says goodbye, so that the server need not wait for the session to be idle. */
  async close(): Promise<void> {
    if (!this.isLost) {
      const patience = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_MS));
      await Promise.race([this.transport.terminateSession().catch(() => {}), patience]);
      this.lose('it was closed');
    }
  }

  private receive(message: JSONRPCMessage): void {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      const asked = id === undefined ? undefined : this.asked.get(id);
      const pending = id === undefined ? undefined : this.pending.get(id);
      if (asked !== undefined) {
        asked(message);
      } else if (pending !== undefined) {
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
    await this.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await Promise.race([listening, this.lost]);
    clearTimeout(timer);
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
    if (!(await this.isAlive())) {
      this.lose('the connection ended');
    } else if (id !== undefined && this.pending.get(id)?.isResumable === false) {
      this.pending.get(id)?.settle({ type: 'lost' });
    }
  }

  private async outcomeOf(error: unknown): Promise<Outcome> {
    if (error instanceof NotTakenError) {
      return { type: 'notTaken' };
    }
    if (error instanceof RefusedByServerError) {
      return { type: 'refused', message: error.message };
    }
    if (!this.isLost && !(await this.isAlive())) {
      this.lose(describeError(error));
    }
    return { type: 'lost' };
  }

  private async isAlive(): Promise<boolean> {
    try {
      await this.ask('ping', {}, ALIVE_MS);
      return true;
    } catch {
      return false;
    }
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
