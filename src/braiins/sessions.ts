import type { Clock } from '../base/clock';
import type { CredentialStore, Credentials } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import { SourceError } from '../fleet/minerSource';
import { untilCancelled } from './calls';
import { addressKey } from './channelPool';

/** What a miner grants for a login. */
export interface Grant {
  readonly token: string;
  /** The token dies when it was not used for so many milliseconds; `undefined` when the miner did not say. */
  readonly timeoutMs: number | undefined;
}

/** A login that holds. */
export interface Token {
  readonly value: string;
  readonly credentials: Credentials;
}

/** Logs in over the network. Rejects with a `SourceError`, `login-refused` when the miner says no to the login itself. */
export type Login = (miner: Miner, credentials: Credentials, signal: AbortSignal) => Promise<Grant>;

interface HeldToken extends Token {
  readonly timeoutMs: number;
  expiresAt: number;
}

interface Session {
  token?: HeldToken | undefined;
  refusal?: { readonly credentials: Credentials; readonly error: SourceError } | undefined;
  login?: LoginFlight | undefined;
}

interface LoginFlight {
  readonly result: Promise<HeldToken | undefined>;
  readonly abort: AbortController;
  waiters: number;
}

/** The tokens of all miners: one login per miner and credentials name, shared by everyone who needs it. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly credentials: CredentialStore,
    private readonly login: Login,
    private readonly clock: Clock,
  ) {}

  /**
   * A token that is good as far as we know, logging in if there is none; `undefined` when no credentials are known.
   * Once the miner refused a login, rejects with that same error, without asking the miner, for as long as the credentials
   * found are the refused ones.
   */
  token(miner: Miner, signal: AbortSignal | undefined): Promise<Token | undefined> {
    const session = this.session(miner);
    if (session.token !== undefined && session.token.expiresAt > this.clock.now()) {
      return Promise.resolve(session.token);
    }
    return this.join(miner, session, signal);
  }

  /**
   * A token other than `refused`, which the miner did not accept. Callers that were refused the same token share one login:
   *
   * 1. fifty calls run with token A, and A expires;
   * 2. the first answer UNAUTHENTICATED drops A and starts a login; most others join it;
   * 3. the login gives B; whoever comes only now with A finds B and does not log in again.
   */
  renew(miner: Miner, refused: Token | undefined, signal: AbortSignal | undefined): Promise<Token | undefined> {
    const session = this.session(miner);
    if (session.token === refused) {
      session.token = undefined;
    }
    return this.token(miner, signal);
  }

  /** The miner accepted the token in a call that began at `usedAt`, and with that renewed it. */
  renewedByUse(miner: Miner, token: Token, usedAt: number): void {
    const held = this.session(miner).token;
    if (held === token) {
      held.expiresAt = Math.max(held.expiresAt, usedAt + held.timeoutMs);
    }
  }

  /** Lets the next call log in again although the miner refused the login. */
  forgetRefusal(miner: Miner): void {
    this.session(miner).refusal = undefined;
  }

  /** Forgets all miners but these. Logins that run end as they would. */
  retain(miners: readonly Miner[]): void {
    const kept = new Set(miners.map(sessionKey));
    for (const key of this.sessions.keys()) {
      if (!kept.has(key)) {
        this.sessions.delete(key);
      }
    }
  }

  private async join(miner: Miner, session: Session, signal: AbortSignal | undefined): Promise<Token | undefined> {
    session.login ??= this.start(miner, session);
    const flight = session.login;
    flight.waiters++;
    try {
      return await untilCancelled(flight.result, signal);
    } finally {
      flight.waiters--;
      if (flight.waiters === 0 && session.login === flight) {
        // All who waited were cancelled. Whoever comes next must not join a login that is being given up.
        session.login = undefined;
        flight.abort.abort();
      }
    }
  }

  private start(miner: Miner, session: Session): LoginFlight {
    const abort = new AbortController();
    const result = this.logIn(miner, session, abort.signal).finally(() => {
      if (session.login === flight) {
        session.login = undefined;
      }
    });
    const flight: LoginFlight = { result, abort, waiters: 0 };
    // Each waiter gets the failure; when all were cancelled there is nobody left to get it.
    result.catch(() => {});
    return flight;
  }

  private async logIn(miner: Miner, session: Session, signal: AbortSignal): Promise<HeldToken | undefined> {
    const credentials = await this.credentials.find(miner.credentials);
    if (credentials === undefined) {
      return undefined;
    }
    if (session.refusal !== undefined) {
      if (same(session.refusal.credentials, credentials)) {
        throw session.refusal.error;
      }
      session.refusal = undefined;
    }
    try {
      const startedAt = this.clock.now();
      const grant = await this.login(miner, credentials, signal);
      const timeoutMs = grant.timeoutMs ?? Number.POSITIVE_INFINITY;
      const token = { value: grant.token, credentials, timeoutMs, expiresAt: startedAt + timeoutMs };
      if (!signal.aborted) {
        session.token = token;
      }
      return token;
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'login-refused') {
        session.refusal = { credentials, error };
      }
      throw error;
    }
  }

  private session(miner: Miner): Session {
    const key = sessionKey(miner);
    let session = this.sessions.get(key);
    if (session === undefined) {
      session = {};
      this.sessions.set(key, session);
    }
    return session;
  }
}

function sessionKey(miner: Miner): string {
  return `${addressKey(miner)} ${miner.credentials}`;
}

function same(a: Credentials, b: Credentials): boolean {
  return a.username === b.username && a.password === b.password;
}
