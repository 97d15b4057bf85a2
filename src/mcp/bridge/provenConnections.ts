import { setMaxListeners } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { errorCode, FleetCacheError } from '../../base/errors';
import { addressText, proveIdentity } from '../http/askIdentity';
import type { Identity } from '../http/identity';
import type { Endpoint } from './endpointFile';

/**
 * The request never came to the server, or it was for a session or token that the server does not know, or the server was too busy:
 * nothing was done.
 */
export class NotTakenError extends FleetCacheError {}

/** The server refused a request; the message is its own. */
export class RefusedByServerError extends FleetCacheError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ConnectionsOptions {
  readonly endpoint: Endpoint;
  /** Called with whoever has proven to be at the other end of a connection. */
  onProven(identity: Identity): void;
  /** Called when nobody listens any more, or the server does not know the session. That one connection failed says less. */
  onLost(error: NotTakenError): void;
  /** Called when an answer that comes in parts begins. @param id of the request it is for, if any. */
  onStreamBegin(id: string | number | undefined): void;
  /** Called when such an answer has ended, whole or not. */
  onStreamEnd(id: string | number | undefined): void;
}

const CONNECT_MS = 3_000;
const MAX_REFUSAL_BYTES = 16_384;
/** Unknown token, unknown session. */
const UNKNOWN = [401, 404];
const TOO_MANY_REQUESTS = 429;

/**
 * Requests to the listener, each over a connection of its own whose other end has proven to be ours before the token is sent over
 * it: whoever takes the port in between gets nothing.
 */
export class ProvenConnections {
  constructor(private readonly options: ConnectionsOptions) {}

  /** As the platform's own. @throws {NotTakenError} @throws {RefusedByServerError} @throws what breaks off on the way. */
  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const socket = await this.connect(init.signal ?? undefined);
    const response = await this.send(socket, new URL(url), init);
    const status = response.statusCode ?? 0;
    const headers = new Headers(
      Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    // 405: of that stream there is no more, which the transport takes well.
    if ((status < 200 || status > 299) && status !== 405) {
      const message = await refusal(response);
      if (UNKNOWN.includes(status)) {
        throw this.lost(new NotTakenError(message));
      }
      if (status === TOO_MANY_REQUESTS) {
        throw new NotTakenError(message);
      }
      throw new RefusedByServerError(status, message);
    }
    if (headers.get('content-type')?.startsWith('text/event-stream')) {
      const id = requestId(init.body);
      this.options.onStreamBegin(id);
      response.once('close', () => this.options.onStreamEnd(id));
    }
    return new Response(Readable.toWeb(response) as ReadableStream, { status, headers });
  };

  private async connect(signal: AbortSignal | undefined): Promise<Socket> {
    const { address, token } = this.options.endpoint;
    const where = addressText(address.host, address.port);
    throwIfEnded(signal);
    const socket = connect({ ...address, timeout: CONNECT_MS });
    const close = () => socket.destroy();
    if (signal !== undefined) {
      // All requests of a session share it.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', close, { once: true });
    }
    socket.once('timeout', close);
    try {
      const identity = await proveIdentity(socket, address, token).catch((error: unknown) => {
        if (errorCode(error) === 'ECONNREFUSED') {
          throw this.lost(
            new NotTakenError(
              `No window of VS Code has Fleet Cache running (nobody listens at ${where}). Open your fleet's folder in VS Code, trust it, and try again.`,
            ),
          );
        }
        return undefined;
      });
      throwIfEnded(signal);
      if (identity === undefined) {
        throw new NotTakenError(
          `Another program, or a window that hangs, listens at ${where} in the place of Fleet Cache, and got nothing from here. End it, reload that window, or choose another port by the setting fleetCache.mcp.port.`,
        );
      }
      socket.setTimeout(0);
      this.options.onProven(identity);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      signal?.removeEventListener('abort', close);
      socket.off('timeout', close);
    }
  }

  private send(socket: Socket, url: URL, init: RequestInit): Promise<IncomingMessage> {
    const headers = Object.fromEntries(new Headers(init.headers));
    return new Promise((resolve, reject) => {
      const sent = request({
        createConnection: () => socket,
        host: this.options.endpoint.address.host,
        port: this.options.endpoint.address.port,
        path: url.pathname,
        method: init.method ?? 'GET',
        headers: { ...headers, authorization: `Bearer ${this.options.endpoint.token}` },
        ...(init.signal ? { signal: init.signal } : {}),
      });
      sent.once('response', resolve);
      // Not once: one that is aborted tells so again.
      sent.on('error', reject);
      sent.end(typeof init.body === 'string' ? init.body : undefined);
    });
  }

  private lost(error: NotTakenError): NotTakenError {
    this.options.onLost(error);
    return error;
  }
}

/** @param signal of the session. */
function throwIfEnded(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new NotTakenError('The session with Fleet Cache ended.');
  }
}

/** What the server says of a request that it does not serve. */
async function refusal(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > MAX_REFUSAL_BYTES) {
        break;
      }
    }
    return JSON.parse(text).error.message;
  } catch {
    return `Fleet Cache answered with HTTP status ${response.statusCode}.`;
  }
}

function requestId(body: unknown): string | number | undefined {
  const message: { readonly id?: unknown } = typeof body === 'string' ? JSON.parse(body) : {};
  return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : undefined;
}
