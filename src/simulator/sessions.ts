import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock';
import type { Credentials } from '../fleet/credentials';

/** In ms since the Unix epoch. */
interface TokenTimes {
  readonly issuedAt: number;
  expiresAt: number;
}

/** The logins of one miner: which tokens it handed out, and until when they are good. */
export class Sessions {
  private readonly tokens = new Map<string, TokenTimes>();
  private credentials: Credentials | undefined;
  private lifetimeMs = Number.POSITIVE_INFINITY;

  /**
   * @param credentials the only login that is accepted; without one any is, and calls need no token
   * @param timeoutS a token dies when it was not used for that long
   */
  constructor(
    credentials: Credentials | undefined,
    readonly timeoutS: number,
    private readonly clock: Clock,
  ) {
    this.credentials = credentials;
  }

  /** A new token, or `undefined` when user name or password are wrong. */
  login(username: string, password: string): string | undefined {
    const wanted = this.credentials;
    if (wanted !== undefined && (username !== wanted.username || password !== wanted.password)) {
      return undefined;
    }
    const now = this.clock.now();
    for (const [token, times] of this.tokens) {
      if (!this.isAlive(times, now)) {
        this.tokens.delete(token);
      }
    }
    const token = randomBytes(16).toString('hex');
    this.tokens.set(token, { issuedAt: now, expiresAt: now + this.timeoutS * 1_000 });
    return token;
  }

  /** Whether a login is asked for at all. */
  get areNeeded(): boolean {
    return this.credentials !== undefined;
  }

  /** Whether a call with that token may pass. If so, the token's time starts anew. */
  admit(token: string | undefined): boolean {
    if (!this.areNeeded) {
      return true;
    }
    const now = this.clock.now();
    const times = token === undefined ? undefined : this.tokens.get(token);
    if (times === undefined || !this.isAlive(times, now)) {
      return false;
    }
    times.expiresAt = now + this.timeoutS * 1_000;
    return true;
  }

  /** From now on a token dies so long after its login, in ms, however much it is used; the miner tells nobody. */
  limitLifetime(lifetimeMs: number): void {
    this.lifetimeMs = lifetimeMs;
  }

  /** Forgets all tokens. */
  clear(): void {
    this.tokens.clear();
  }

  /** Replaces the login, and forgets all tokens. */
  setLogin(credentials: Credentials | undefined): void {
    this.credentials = credentials;
    this.clear();
  }

  /** Changes the password of the login; does nothing where none is needed. */
  setPassword(password: string): void {
    if (this.credentials !== undefined) {
      this.credentials = { username: this.credentials.username, password };
    }
  }

  private isAlive({ issuedAt, expiresAt }: TokenTimes, now: number): boolean {
    return now < expiresAt && now < issuedAt + this.lifetimeMs;
  }
}
