import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FleetCacheError } from '../../base/errors';
import type { RateLimit } from './rateLimit';

/** A request that is not served. Its message is told to whoever asked. */
export class RefusedError extends FleetCacheError {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export interface GateOptions {
  /** What `Host` may be: exact, with the port. A page that has its own name resolve to this machine sends that name. */
  readonly hosts: ReadonlySet<string>;
  /** `undefined` lets everybody in who passes the other checks, which only tests may do. */
  readonly token: string | undefined;
  /** All requests. */
  readonly requests: RateLimit;
  /** Wrong tokens. */
  readonly failures: RateLimit;
}

/** Decides who is served. Browsers that are led here by a page of somebody else's are not, nor is who lacks the token. */
export class Gate {
  private tokenDigest: Buffer | undefined;

  constructor(private readonly options: GateOptions) {
    this.tokenDigest = options.token === undefined ? undefined : digestOf(options.token);
  }

  /** From now on another token is the right one, and the former is wrong. */
  replaceToken(token: string): void {
    this.tokenDigest = digestOf(token);
  }

  /** What holds for every request, whatever it asks for. @throws {RefusedError} */
  checkOrigin({ headers, rawHeaders }: IncomingMessage): void {
    const { hosts, requests } = this.options;
    if (!requests.take()) {
      throw new RefusedError(429, 'Too many requests. Wait a second.', { 'retry-after': '1' });
    }
    const { host, origin } = headers;
    if (host === undefined || !hosts.has(host.toLowerCase()) || countOf(rawHeaders, 'host') !== 1) {
      throw new RefusedError(403, 'The Host header does not name this server.');
    }
    // A browser names the page that asks. No page is ours but one of this very address.
    if (origin !== undefined && !(hosts.has(origin.replace(/^http:\/\//, '')) && origin.startsWith('http://'))) {
      throw new RefusedError(403, 'Requests of other pages are not served.');
    }
  }

  /** Whether the bearer token is the right one, compared in constant time. @throws {RefusedError} */
  checkToken({ headers: { authorization } }: IncomingMessage): void {
    if (this.tokenDigest === undefined) {
      return;
    }
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    // Digests are of one length, whatever was sent.
    if (timingSafeEqual(digestOf(token), this.tokenDigest)) {
      return;
    }
    // The right token is always taken: whoever sends wrong ones must not lock the others out.
    if (!this.options.failures.take()) {
      throw new RefusedError(429, 'Too many wrong tokens. Wait a few seconds.', { 'retry-after': '5' });
    }
    throw new RefusedError(401, 'A valid bearer token is missing.', {
      'www-authenticate': 'Bearer realm="fleet-cache"',
    });
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;
}
