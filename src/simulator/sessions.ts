import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock';
import type { Credentials } from '../fleet/credentials';

/** The logins of one miner: which tokens it handed out, and until when they are good. */
export class Sessions {
  private readonly expiries = new Map<string, number>();
  private credentials: Credentials | undefined;

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
    for (const [token, expiry] of this.expiries) {
      if (expiry <= now) {
        this.expiries.delete(token);
      }
    }
    const token = randomBytes(16).toString('hex');
    this.expiries.set(token, now + this.timeoutS * 1_000);
    return token;
  }

  /** Whether a call with that token may pass. If so, the token's time starts anew. */
  admit(token: string | undefined): boolean {
    if (this.credentials === undefined) {
      return true;
    }
    const now = this.clock.now();
    if (token === undefined || (this.expiries.get(token) ?? 0) <= now) {
      return false;
    }
    this.expiries.set(token, now + this.timeoutS * 1_000);
    return true;
  }

  /** Forgets all tokens. */
  clear(): void {
    this.expiries.clear();
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
}
