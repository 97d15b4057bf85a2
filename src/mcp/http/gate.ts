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
  /** Requests of all that are not led here by a page, nor show a wrong token. */
  readonly requests: RateLimit;
  /** Wrong tokens. */
  readonly failures: RateLimit;
}

/** What a browser says when a page of this very address asks, or the person at its address bar. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

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
    const { hosts } = this.options;
    const { host, origin } = headers;
    if (host === undefined || !hosts.has(host.toLowerCase()) || countOf(rawHeaders, 'host') !== 1) {
      throw new RefusedError(403, 'The Host header does not name this server.');
    }
    // A browser names the page that asks. No page is ours but one of this very address.
    if (origin !== undefined && !(hosts.has(origin.replace(/^http:\/\//, '')) && origin.startsWith('http://'))) {
      throw otherPage();
    }
  }

  /** What holds where no token is asked for. @throws {RefusedError} */
  checkAnybody({ headers }: IncomingMessage): void {
    const site = headers['sec-fetch-site'];
    // Where a page only shows a picture from here, the browser names no origin, but says this.
    if (site !== undefined && !OWN_SITES.has(String(site))) {
      throw otherPage();
    }
    this.checkRate();
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

  /** Whether there were not too many requests. It comes last: who is not served anyway must not lock the others out. @throws {RefusedError} */
  checkRate(): void {
    if (!this.options.requests.take()) {
      throw new RefusedError(429, 'Too many requests. Wait a second.', { 'retry-after': '1' });
    }
  }
}

function otherPage(): RefusedError {
  return new RefusedError(403, 'Requests of other pages are not served.');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;
}
