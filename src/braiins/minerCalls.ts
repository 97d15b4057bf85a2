import { type MethodDefinition, status } from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CredentialStore, Credentials } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import type { MinerAddress } from '../fleet/minerProbe';
import { SourceError } from '../fleet/minerSource';
import { type FailedCall, grpcCode, isLoginRefusal, loginRefused, lostConnection, toSourceError } from './callErrors';
import { type CallTerms, callStream, callUnary, StreamEnded } from './calls';
import type { ChannelPool } from './channelPool';
import { minerName } from './minerName';
import type { BraiinsServices } from './proto/load';
import type { WireEmpty } from './proto/wire/units';
import { type Grant, Sessions, type Token } from './sessions';

/** Metadata of HTTP/2 takes printable ASCII only; a token anywhere near this long is no token. */
const SENDABLE_TOKEN = /^[!-~]{1,8192}$/;

export interface MinerCallsOptions {
  readonly pool: ChannelPool;
  readonly credentials: CredentialStore;
  readonly services: BraiinsServices;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlineMs: number;
}

/** How one call is made. */
export interface AskTerms {
  readonly signal: AbortSignal | undefined;
  /** When to give up, in ms since the epoch of the machine's clock. */
  readonly deadlineAt: number;
  /** The same as a span in ms, for messages. */
  readonly limitMs: number;
  /** Whether the call may be made twice when nobody knows whether it was made once. */
  readonly isRepeatable: boolean;
  /** What the request carries that no message may quote. */
  readonly secrets?: readonly string[];
}

/** How one attempt at a call is made; it calls `accepted` as soon as the miner took the token. */
type Attempt<T> = (terms: CallTerms, accepted: () => void) => Promise<T>;

/** Calls of miners' methods with login, deadline and errors for people. */
export class MinerCalls implements Disposable {
  private readonly sessions: Sessions;
  private disposed = false;

  constructor(private readonly options: MinerCallsOptions) {
    this.sessions = new Sessions(
      options.credentials,
      (miner, credentials, signal) => this.login(miner, credentials, signal),
      options.clock,
    );
  }

  /** One answer within the deadline, the login included. */
  unary<Request, Response>(
    miner: Miner,
    method: MethodDefinition<Request, Response>,
    request: Request,
    terms: AskTerms,
  ): Promise<Response> {
    const { deadlineAt } = terms;
    return this.authenticated(miner, method.path, terms, (callTerms) =>
      callUnary(method, request, { ...callTerms, deadlineAt }),
    );
  }

  /** One answer within the deadline, without login or token. Rejects as {@link callUnary} does. */
  anonymous<Request, Response>(
    address: MinerAddress,
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, deadlineAt }: Pick<AskTerms, 'signal' | 'deadlineAt'>,
  ): Promise<Response> {
    const lease = this.options.pool.acquire(address);
    return callUnary(method, request, { client: lease.client, token: undefined, signal, deadlineAt }).finally(() =>
      lease.release(),
    );
  }

  /** The first message of a stream within the deadline, the login included. */
  first<Response>(miner: Miner, method: MethodDefinition<WireEmpty, Response>, terms: AskTerms): Promise<Response> {
    const { deadlineAt } = terms;
    return this.authenticated(miner, method.path, terms, async (callTerms) => {
      const messages: Response[] = [];
      await callStream(method, {}, { ...callTerms, deadlineAt }, (message) => {
        messages.push(message);
        return false;
      });
      return messages[0] as Response;
    });
  }

  /** All messages of a stream that ends by itself, within the deadline. `begin` is called before each attempt. */
  collect<Request, Response>(
    miner: Miner,
    method: MethodDefinition<Request, Response>,
    request: Request,
    terms: AskTerms,
    receiver: { begin(): void; add(message: Response): void },
  ): Promise<void> {
    const { deadlineAt } = terms;
    return this.authenticated(miner, method.path, terms, async (callTerms, accepted) => {
      receiver.begin();
      let failure: unknown;
      await callStream(method, request, { ...callTerms, deadlineAt }, (message) => {
        accepted();
        try {
          receiver.add(message);
          return true;
        } catch (error) {
          failure = error;
          return false;
        }
      }).catch((error: unknown) => {
        if (!(error instanceof StreamEnded)) {
          throw error;
        }
      });
      if (failure !== undefined) {
        throw failure;
      }
    });
  }

  /** Follows a stream for as long as it lasts, renewing the login when needed. Always rejects in the end. */
  follow<Response>(
    miner: Miner,
    method: MethodDefinition<WireEmpty, Response>,
    signal: AbortSignal,
    onMessage: (message: Response) => void,
  ): Promise<void> {
    const limitMs = this.options.deadlineMs;
    const opening = { clock: this.options.clock, limitMs };
    return this.authenticated(miner, method.path, { signal, limitMs, isRepeatable: true }, (terms, accepted) =>
      callStream(method, {}, { ...terms, opening }, (message) => {
        accepted();
        onMessage(message);
        return true;
      }),
    );
  }

  forgetRefusal(miner: Miner): void {
    this.sessions.forgetRefusal(miner);
  }

  /** Forgets the logins of all miners but these. */
  retain(miners: readonly Miner[]): void {
    this.sessions.retain(miners);
  }

  /** Calls that are under way end with `CancelledError` once the pool is disposed too; later ones fail. */
  dispose(): void {
    this.disposed = true;
  }

  private async authenticated<T>(
    miner: Miner,
    path: string,
    { signal, limitMs, isRepeatable, secrets }: Omit<AskTerms, 'deadlineAt'>,
    attempt: Attempt<T>,
  ): Promise<T> {
    if (this.disposed) {
      throw new SourceError(
        'failed',
        `${minerName(miner)} is not asked any more: the connections to miners are closed.`,
      );
    }
    let token: Token | undefined;
    try {
      token = await this.sessions.token(miner, signal);
      for (let mayRenew = true; ; ) {
        try {
          const onAccepted = () => {
            mayRenew = true;
          };
          return await this.attempt(miner, token, signal, attempt, onAccepted, isRepeatable);
        } catch (error) {
          if (grpcCode(error) !== status.UNAUTHENTICATED || !mayRenew) {
            throw error;
          }
        }
        mayRenew = false;
        token = await this.sessions.renew(miner, token, signal);
        if (token === undefined) {
          throw noCredentials(miner);
        }
      }
    } catch (error) {
      throw this.failure(error, this.describe(miner, path, limitMs, token, secrets));
    }
  }

  /**
   * Makes the attempt over the miner's channel; over a second connection, once, if the first stood already and breaks under
   * the call before any answer. Such a connection says nothing about the miner:
   *
   * 1. a read leaves a connection open;
   * 2. the miner is switched off and on, and no packet tells us;
   * 3. the next read is sent over the old connection, and the miner, which does not know it, resets it.
   */
  private async attempt<T>(
    miner: Miner,
    token: Token | undefined,
    signal: AbortSignal | undefined,
    run: Attempt<T>,
    onAccepted: () => void = () => {},
    mayRepeat = true,
  ): Promise<T> {
    // Disposed while the caller waited for a login or for the credentials.
    if (this.disposed) {
      throw new CancelledError();
    }
    const usedAt = this.options.clock.now();
    let answered = false;
    const accepted = () => {
      answered = true;
      onAccepted();
      if (token !== undefined) {
        this.sessions.renewedByUse(miner, token, usedAt);
      }
    };
    const lease = this.options.pool.acquire(miner);
    try {
      const result = await run({ client: lease.client, token: token?.value, signal }, accepted);
      accepted();
      return result;
    } catch (error) {
      if (grpcCode(error) === status.DEADLINE_EXCEEDED) {
        lease.release('suspect');
      }
      if (!(mayRepeat && lease.reused && !answered && lostConnection(error))) {
        throw error;
      }
    } finally {
      lease.release();
    }
    return this.attempt(miner, token, signal, run, onAccepted, false);
  }

  private async login(miner: Miner, credentials: Credentials, signal: AbortSignal): Promise<Grant> {
    const { Login } = this.options.services.authentication;
    // grpc-js counts by the machine's clock.
    const deadlineAt = Date.now() + this.options.deadlineMs;
    const request = { username: credentials.username, password: credentials.password };
    try {
      const answer = await this.attempt(miner, undefined, signal, (terms) =>
        callUnary(Login, request, { ...terms, deadlineAt }),
      );
      if (!SENDABLE_TOKEN.test(answer.token ?? '')) {
        throw new SourceError('failed', `${minerName(miner)} accepted the login but gave no usable token for it.`);
      }
      this.options.logger.debug(`Logged in to ${minerName(miner)}.`);
      return { token: answer.token ?? '', timeoutMs: answer.timeout_s ? answer.timeout_s * 1000 : undefined };
    } catch (error) {
      if (isLoginRefusal(error)) {
        const refusal = loginRefused(miner, credentials.username);
        this.options.logger.warn(refusal.message);
        throw refusal;
      }
      throw this.failure(error, this.describe(miner, Login.path, this.options.deadlineMs, { value: '', credentials }));
    }
  }

  private failure(error: unknown, call: FailedCall): Error {
    if (error instanceof CancelledError) {
      return error;
    }
    return this.disposed ? new CancelledError('The connections to miners were closed.') : toSourceError(error, call);
  }

  private describe(
    miner: Miner,
    path: string,
    deadlineMs: number,
    token: Token | undefined,
    secrets: readonly string[] = [],
  ): FailedCall {
    return {
      miner,
      method: path.slice(path.lastIndexOf('/') + 1),
      deadlineMs,
      secrets: token === undefined ? secrets : [token.value, token.credentials.password, ...secrets],
    };
  }
}

function noCredentials(miner: Miner): SourceError {
  return new SourceError(
    'no-credentials',
    `${minerName(miner)} wants a login, and none is known under the credentials name '${miner.credentials}': set one.`,
  );
}
