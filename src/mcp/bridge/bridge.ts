import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CancelledNotificationParamsSchema,
  isInitializedNotification,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { CancelledError, describeError, FleetCacheError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { ClientMemory } from './clientMemory';
import { ClientOutput } from './clientOutput';
import { ServedFleet } from './servedFleet';
import { ServerRequests } from './serverRequests';
import type { Outcome, Upstream } from './upstream';
import { UpstreamKeeper } from './upstreamKeeper';

export interface BridgeOptions {
  /** The client's side. */
  readonly client: Transport;
  /** The file that says where the server is. */
  readonly endpointPath: string;
  /** So long a request waits for a server that is not there, in ms. */
  readonly waitMs: number;
  /** Of the product. */
  readonly version: string;
  readonly logger: Logger;
}

/** Requests of the client that are not answered yet. */
const MOST_REQUESTS = 128;
/** One that ends the server each time is not sent for ever, nor one that never gets there. */
const MOST_LOSSES = 5;
const MOST_ATTEMPTS = 30;
/** For servers' own errors; what it means is in the message. */
const SERVER_ERROR = -32_000;

/**
 * Passes messages between one client on stdio and the MCP server in a window of VS Code. Windows come and go: the client keeps one
 * session, for which the bridge begins one after the other with the server that is there.
 */
export class Bridge {
  private readonly memory = new ClientMemory();
  private readonly fleet = new ServedFleet();
  private readonly output: ClientOutput;
  private readonly requests: ServerRequests;
  private readonly keeper: UpstreamKeeper;
  /** Aborted when the client takes the request back. */
  private readonly inFlight = new Map<RequestId, AbortController>();

  constructor(private readonly options: BridgeOptions) {
    const { client, logger } = options;
    this.output = new ClientOutput(client);
    this.requests = new ServerRequests((message) => this.answer(message));
    this.keeper = new UpstreamKeeper({
      ...options,
      memory: this.memory,
      fleet: this.fleet,
      onMessage: (message, upstream) => this.passBack(message, upstream),
      onRenewed: () => this.tellAnew(),
      onLost: (upstream) => this.requests.cancelAll(upstream),
    });
    client.onmessage = (message) => this.receive(message);
    client.onerror = (error) => logger.warn(`The client sent what is no message: ${describeError(error)}`);
  }

  async start(): Promise<void> {
    await this.options.client.start();
  }

  /** Ends the session with the server. */
  async close(): Promise<void> {
    await this.keeper.close();
  }

  private receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      void this.handle(message);
    } else if (isJSONRPCNotification(message)) {
      this.noteNotification(message);
    } else if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      this.requests.answer(message);
    }
  }

  private noteNotification(message: JSONRPCMessage): void {
    if (isInitializedNotification(message)) {
      this.memory.isReady = true;
      this.keeper.begin();
      return;
    }
    if ('method' in message && message.method === 'notifications/cancelled') {
      const { success, data } = CancelledNotificationParamsSchema.safeParse(message.params);
      if (success && data.requestId !== undefined) {
        void this.keeper.current?.cancel(data.requestId, message);
        this.inFlight.get(data.requestId)?.abort();
        return;
      }
    }
    void this.keeper.current?.tell(message);
  }

  private async handle(request: JSONRPCRequest): Promise<void> {
    const { id, method } = request;
    if (this.inFlight.has(id) || this.inFlight.size >= MOST_REQUESTS) {
      this.refuse(
        id,
        `The client asks for too much at once: ${MOST_REQUESTS} requests, and each under an id of its own.`,
      );
      return;
    }
    const taken = new AbortController();
    this.inFlight.set(id, taken);
    try {
      if (method === 'initialize') {
        this.memory.noteHello(request);
        this.answer({ jsonrpc: '2.0', id, result: await this.keeper.start(taken.signal) });
      } else if (method === 'ping') {
        // Clients ask so whether the bridge is there, which it is, with or without a window.
        this.answer({ jsonrpc: '2.0', id, result: {} });
      } else {
        await this.deliver(request, taken.signal);
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.refuse(id, describeError(error));
      }
    } finally {
      this.inFlight.delete(id);
    }
  }

  private async deliver(request: JSONRPCRequest, signal: AbortSignal): Promise<void> {
    const { changeCount } = this.fleet;
    let losses = 0;
    for (let attempt = 1; ; attempt++) {
      const upstream = await this.keeper.get(signal);
      this.fleet.check(request, changeCount, losses > 0);
      const outcome = await upstream.forward(request, (result) => this.memory.noteResult(request, result));
      if (!this.isToBeRepeated(request, outcome)) {
        return;
      }
      losses += outcome.type === 'lost' ? 1 : 0;
      if (losses === MOST_LOSSES || attempt === MOST_ATTEMPTS) {
        throw new FleetCacheError(
          `The connection to Fleet Cache broke ${attempt} times over ${request.method}. Its log in VS Code may say why.`,
        );
      }
    }
  }

  /** @throws {FleetCacheError} when there will be no answer. */
  private isToBeRepeated(request: JSONRPCRequest, outcome: Outcome): boolean {
    switch (outcome.type) {
      case 'answered':
      case 'forgotten':
        return false;
      case 'refused':
        throw new FleetCacheError(outcome.message);
      case 'notTaken':
        return true;
      case 'lost':
        if (!this.memory.isRepeatable(request)) {
          throw new FleetCacheError(
            'The window of VS Code that worked on this went away or was reloaded. Whether it was done is not known: look before you ask for it again.',
          );
        }
        return true;
    }
  }

  private passBack(message: JSONRPCMessage, upstream: Upstream): void {
    const passed = this.requests.passBack(message, upstream);
    if (passed !== undefined) {
      this.answer(passed);
    }
  }

  /** What the client knows may be another now, and what changed meanwhile nobody told it. */
  private tellAnew(): void {
    for (const what of ['tools', 'resources', 'prompts']) {
      this.answer({ jsonrpc: '2.0', method: `notifications/${what}/list_changed` });
    }
    for (const uri of this.memory.subscriptions) {
      this.answer({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } });
    }
  }

  private refuse(id: RequestId, message: string): void {
    this.answer({ jsonrpc: '2.0', id, error: { code: SERVER_ERROR, message } });
  }

  private answer(message: JSONRPCMessage): void {
    this.output.send(message);
  }
}
