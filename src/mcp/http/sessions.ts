import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CancelledNotificationSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import { type Disposable, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import { RefusedError } from './gate';
import { CANCELLED, RecentEvents, type SentEvent } from './recentEvents';

export interface SessionsOptions {
  /** The server of one client. @throws {RefusedError} when there is none now. */
  createServer(): McpServer | Promise<McpServer>;
  /** Whether clients may take up a stream where its connection broke off; by default they may. */
  readonly isResumable?: boolean | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Clients at a time. */
  readonly maxSessions: number;
  /** So long after its last request a client without an open stream is taken for gone, in ms. */
  readonly idleMs: number;
}

/** After that a client whose stream broke off comes again, in ms. */
const RETRY_MS = 500;

/** One client. */
interface Session {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  readonly events: RecentEvents;
  /** Requests and streams that are being answered. */
  open: number;
  /** `Clock.monotonic` of the end of the last one. */
  seenAt: number;
}

/** The clients of one listener, each with a server of its own. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  /** Clients whose session is being made, each of which will need its place. */
  private coming = 0;
  private sweep: Disposable = toDisposable(() => {});
  private isClosed = false;
  /** How often all were ended: who was coming in just then has to come again. */
  private endings = 0;

  constructor(private readonly options: SessionsOptions) {
    this.sweepLater();
  }

  get size(): number {
    return this.byId.size;
  }

  /** Serves a request of a client that is known. @throws {RefusedError} when it is not, any more or at all. */
  async continue(sessionId: string, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const session = this.byId.get(sessionId);
    if (session === undefined) {
      throw new RefusedError(404, 'Session not found. Initialize anew.');
    }
    await this.serve(session, request, response, body);
  }

  /**
   * Serves the first request of a client.
   *
   * @param checkAgain whether the client may still come in when its server, which may take long, is there. @throws {RefusedError}
   * @throws {RefusedError} when there are too many that are not idle.
   */
  async begin(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    checkAgain: () => void,
  ): Promise<void> {
    const place = this.takePlace();
    try {
      await this.beginInPlace(place, request, response, body, checkAgain);
    } finally {
      place.dispose();
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.sweep.dispose();
    await this.endAll();
  }

  /** Ends those that there are now. Their clients are told so when they come again. */
  async endAll(): Promise<void> {
    this.endings++;
    await Promise.all([...this.byId.values()].map(({ server }) => server.close()));
  }

  /** @param place is given up when the session counts itself. */
  private async beginInPlace(
    place: Disposable,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    checkAgain: () => void,
  ): Promise<void> {
    const { createServer, isResumable = true, clock, logger } = this.options;
    const server = await createServer();
    // Those that were ended until now were on what there was before, and this one is not.
    const { endings } = this;
    // Then the client did not wait, and will not end a session that it knows nothing of.
    const isGone = response.destroyed;
    const events = new RecentEvents();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      ...(isResumable ? { eventStore: events, retryInterval: RETRY_MS } : {}),
      onsessioninitialized: (id) => {
        this.byId.set(id, session);
        place.dispose();
      },
    });
    const session: Session = { server, transport, events, open: 0, seenAt: clock.monotonic() };
    transport.onerror = (error) => logger.debug(`An MCP client's request failed: ${describeError(error)}`);
    // The SDK's types of a transport and of this one differ in what may be undefined.
    await server.connect(transport as Parameters<McpServer['connect']>[0]);
    const { onclose, onmessage } = transport;
    transport.onclose = () => {
      onclose?.();
      this.forget(session);
    };
    transport.onmessage = (message, extra) => {
      onmessage?.(message, extra);
      endCancelled(transport, message);
    };
    try {
      checkAgain();
    } catch (error) {
      await server.close();
      throw error;
    }
    await this.serve(session, request, response, body);
    if (isGone || transport.sessionId === undefined || this.isClosed || endings !== this.endings) {
      // It was no request that begins a session after all, or what it was to work on is gone.
      await server.close();
    }
  }

  private async serve(session: Session, request: IncomingMessage, response: ServerResponse, body: unknown) {
    session.open++;
    response.once('close', () => {
      session.open--;
      session.seenAt = this.options.clock.monotonic();
    });
    const after = request.method === 'GET' ? request.headers['last-event-id'] : undefined;
    const rest = typeof after === 'string' ? session.events.restAfter(after) : undefined;
    if (rest !== undefined) {
      sendRest(session, response, rest);
      return;
    }
    session.events.noteRequests(body);
    await session.transport.handleRequest(request, response, body);
  }

  /** For a client that comes: its server may take long to be made, and others come meanwhile. @throws {RefusedError} */
  private takePlace(): Disposable {
    this.makeRoom();
    this.coming++;
    let isTaken = true;
    return toDisposable(() => {
      this.coming -= Number(isTaken);
      isTaken = false;
    });
  }

  private makeRoom(): void {
    if (this.byId.size + this.coming < this.options.maxSessions) {
      return;
    }
    const idle = [...this.byId.values()].filter(({ open }) => open === 0).sort((a, b) => a.seenAt - b.seenAt);
    const [longest] = idle;
    if (longest === undefined) {
      throw new RefusedError(503, `All ${this.options.maxSessions} sessions are in use. Try again later.`, {
        'retry-after': '30',
      });
    }
    this.end(longest);
  }

  private sweepLater(): void {
    const { clock, idleMs } = this.options;
    this.sweep = clock.setTimeout(
      () => {
        const now = clock.monotonic();
        for (const session of this.byId.values()) {
          if (session.open === 0 && now - session.seenAt >= idleMs) {
            this.end(session);
          }
        }
        this.sweepLater();
      },
      Math.max(1_000, idleMs / 10),
    );
  }

  private end(session: Session): void {
    this.forget(session);
    session.server.close().catch((error: unknown) => {
      this.options.logger.debug(`A session did not end: ${describeError(error)}`);
    });
  }

  private forget({ transport }: Session): void {
    const { sessionId } = transport;
    if (sessionId !== undefined) {
      this.byId.delete(sessionId);
    }
  }
}

/** Ends the stream of a request that is cancelled by a message. The SDK answers none, and would keep its connection for ever. */
function endCancelled(transport: StreamableHTTPServerTransport, message: JSONRPCMessage): void {
  const id = CancelledNotificationSchema.safeParse(message).data?.params.requestId;
  if (id !== undefined) {
    transport.closeSSEStream(id);
    // It fails when the request was answered already, or nobody can take its stream up again.
    transport.send({ jsonrpc: '2.0', id, error: CANCELLED }).catch(() => {});
  }
}

/** Answers who takes up a stream that is over. The SDK would keep that connection for ever. @throws {RefusedError} */
function sendRest({ transport }: Session, response: ServerResponse, rest: readonly SentEvent[]): void {
  if (rest.length === 0) {
    // Of which clients conclude that there is nothing to listen to.
    throw new RefusedError(405, 'That stream is over.', { allow: 'POST, DELETE' });
  }
  const events = rest.map(({ id, message }) => `event: message\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
  response.writeHead(200, { ...headers, 'mcp-session-id': transport.sessionId }).end(events.join(''));
}
