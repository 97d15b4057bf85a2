import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock';
import { ConfigurationError, describeError, errorCode } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { addressText } from './askIdentity';
import { readJsonBody } from './body';
import { Gate, RefusedError } from './gate';
import { IDENTITY_PATH, type Identity, identityAnswer, isNonce } from './identity';
import { type Rate, RateLimit } from './rateLimit';
import { Sessions, type SessionsOptions } from './sessions';

export interface HttpServerOptions extends Pick<SessionsOptions, 'createServer' | 'isResumable'> {
  /** A loopback address of this machine. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What clients have to show at `/mcp`; `undefined` in tests only. */
  readonly token: string | undefined;
  /**
   * For `/identity`: who listens. Without it nobody is told, and nobody gets anything to check guessed tokens against, which a
   * token of 256 random bits does not mind, but one that a person thought up would.
   */
  readonly identity?: (() => Identity) | undefined;
  /** For `/healthz`: how the server is doing, without names and secrets; absent where nobody is to know. */
  readonly health?: (() => object) | undefined;
  /** For `/metrics`: Prometheus text; likewise. */
  readonly metrics?: (() => Promise<string>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits {
  readonly maxSessions: number;
  readonly idleMs: number;
  readonly requests: Rate;
  readonly failures: Rate;
}

const LIMITS: HttpLimits = {
  maxSessions: 64,
  idleMs: 30 * 60_000,
  requests: { perSecond: 2_000, burst: 4_000 },
  failures: { perSecond: 1, burst: 30 },
};

/** Clients with several connections each. */
const MAX_CONNECTIONS = 256;
/** The longest that a request's head, and the whole of it, may take to arrive, in ms. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/**
 * So long a connection on which nothing is asked is kept, in ms, as clients are told. One that is asked over again at the end of it,
 * while this process is busy, breaks off; after the 5 s of Node.js many are.
 */
const IDLE_CONNECTION_MS = 20_000;

const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves MCP over Streamable HTTP on this machine, beside its health and metrics. */
export class McpHttpServer {
  private readonly sessions: Sessions;
  private token: string | undefined;

  private constructor(
    private readonly options: HttpServerOptions,
    private readonly http: Server,
    private readonly gate: Gate,
    limits: HttpLimits,
  ) {
    this.sessions = new Sessions({ ...options, ...limits });
    this.token = options.token;
    http.on('request', (request, response) => void this.handle(request, response));
  }

  /** @throws {ConfigurationError} when the address cannot be listened to. */
  static async listen(options: HttpServerOptions): Promise<McpHttpServer> {
    const limits = { ...LIMITS, ...options.limits };
    const { host, port, token, clock } = options;
    const http = createServer({
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_CONNECTION_MS,
    });
    http.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject).listen(port, host, resolve);
    }).catch((error: unknown) => {
      throw new ConfigurationError(
        errorCode(error) === 'EADDRINUSE'
          ? `Port ${port} of ${host} is in use by another program. Choose another port, or end that program.`
          : `${host}:${port} cannot be listened to: ${describeError(error)}`,
        { cause: error },
      );
    });
    http.on('error', (error) => options.logger.warn(`The MCP listener failed: ${describeError(error)}`));
    const gate = new Gate({
      hosts: hostsOf(host, (http.address() as AddressInfo).port),
      token,
      requests: new RateLimit(limits.requests, clock),
      failures: new RateLimit(limits.failures, clock),
    });
    return new McpHttpServer(options, http, gate, limits);
  }

  /** Where clients reach it. */
  get url(): string {
    return `http://${this.address}/mcp`;
  }

  private get address(): string {
    return addressText(this.options.host, (this.http.address() as AddressInfo).port);
  }

  /** Clients now. */
  get sessionCount(): number {
    return this.sessions.size;
  }

  /** From now on clients have to show another token. Who came in with the former is put out. */
  async replaceToken(token: string): Promise<void> {
    this.token = token;
    this.gate.replaceToken(token);
    await this.endSessions();
  }

  /** Ends every session, so that clients begin anew; the listener stays. */
  endSessions(): Promise<void> {
    return this.sessions.endAll();
  }

  /** Ends every session and connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    await this.sessions.close();
    this.http.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.gate.checkOrigin(request);
    const { health, metrics } = this.options;
    const [path, query] = (request.url ?? '').split('?');
    if (path === '/mcp') {
      this.gate.checkToken(request);
      this.gate.checkRate();
      await this.serveMcp(request, response);
      return;
    }
    this.gate.checkAnybody(request);
    switch (path) {
      case '/healthz':
        await this.tell(
          request,
          response,
          'application/json',
          health && (() => JSON.stringify({ status: 'ok', ...health() })),
        );
        break;
      case '/metrics':
        await this.tell(request, response, PROMETHEUS, metrics);
        break;
      case IDENTITY_PATH:
        requireMethod(request, ['GET']);
        this.tellIdentity(new URLSearchParams(query), response);
        break;
      default:
        throw nothingHere();
    }
  }

  private async tell(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    text: (() => string | Promise<string>) | undefined,
  ): Promise<void> {
    if (text === undefined) {
      throw nothingHere();
    }
    requireMethod(request, ['GET', 'HEAD']);
    send(response, 200, type, await text());
  }

  private tellIdentity(query: URLSearchParams, response: ServerResponse): void {
    const { token } = this;
    const identity = this.options.identity?.();
    if (token === undefined || identity === undefined) {
      throw nothingHere();
    }
    const nonce = query.get('nonce');
    if (!isNonce(nonce)) {
      throw new RefusedError(400, 'The nonce has to be 16 to 64 bytes in base64url.');
    }
    const answer = identityAnswer(identity, token, this.address, nonce);
    send(response, 200, 'application/json', answer, { 'content-length': String(Buffer.byteLength(answer)) });
  }

  private async serveMcp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireMethod(request, ['GET', 'POST', 'DELETE']);
    const body = request.method === 'POST' ? await readJsonBody(request) : undefined;
    const sessionId = request.headers['mcp-session-id'];
    if (typeof sessionId === 'string') {
      await this.sessions.continue(sessionId, request, response, body);
    } else if (isInitializeRequest(body)) {
      await this.sessions.begin(request, response, body, () => this.gate.checkToken(request));
    } else {
      throw new RefusedError(400, 'The Mcp-Session-Id header is missing. Begin with initialize.');
    }
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (!(error instanceof RefusedError)) {
      this.options.logger.error(`A request to the MCP server failed: ${describeError(error)}`);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, message, headers } =
      error instanceof RefusedError ? error : new RefusedError(500, 'The server failed. Its log says why.');
    const reply = { jsonrpc: '2.0', error: { code: -32_000, message }, id: null };
    // What is left of the body is not waited for.
    const end = request.complete ? {} : { connection: 'close' };
    send(response, status, 'application/json', JSON.stringify(reply), { ...headers, ...end });
  }
}

function nothingHere(): RefusedError {
  return new RefusedError(404, 'There is nothing here. MCP is at /mcp.');
}

/** As clients write it; on HTTP's own port they leave the port out. */
function hostsOf(host: string, port: number): ReadonlySet<string> {
  const addresses = [host, 'localhost'].map((name) => addressText(name, port).toLowerCase());
  return new Set(addresses.flatMap((address) => [address, address.replace(/:80$/, '')]));
}

function requireMethod({ method = '' }: IncomingMessage, allowed: readonly string[]): void {
  if (!allowed.includes(method)) {
    throw new RefusedError(405, 'Method not allowed.', { allow: allowed.join(', ') });
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...COMMON_HEADERS, 'content-type': type, ...headers }).end(text);
}
