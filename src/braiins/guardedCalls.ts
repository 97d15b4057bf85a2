import { type MethodDefinition, status } from '@grpc/grpc-js';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Miner } from '../fleet/miner';
import type { MinerAddress, ProbeAnswer } from '../fleet/minerProbe';
import { SourceError } from '../fleet/minerSource';
import { CallError, grpcCode } from './callErrors';
import { untilCancelled } from './calls';
import { toApiVersion, versionText } from './mapping/miner';
import type { AskTerms, MinerCalls } from './minerCalls';
import { isListening } from './portCheck';
import type { BraiinsServices } from './proto/load';
import type { WireEmpty } from './proto/wire/units';
import { SilentMiners } from './silentMiners';
import { UnsupportedCalls } from './unsupportedCalls';

const RETRIES = 2;
const FIRST_RETRY_MS = 100;
/** Longest pause before a retry; with less time left there is none. */
const LONGEST_RETRY_MS = 500;

/** How long a probe waits for a connection, and for an answer, in ms: what listens is rare, and a miner may be slow. */
const PROBE_CONNECT_MS = 1_000;
const PROBE_ANSWER_MS = 5_000;

export interface GuardOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds for a whole read: connecting, login, retries and answer. */
  readonly readMs: number;
  /** Milliseconds for a whole write. */
  readonly writeMs: number;
  /** Milliseconds for a whole log or archive. */
  readonly fileMs: number;
  /** Milliseconds in which a miner is left alone after it did not answer, at first and at most. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export interface WriteTerms {
  readonly signal: AbortSignal | undefined;
  /** Whether doing it twice is the same as doing it once. */
  readonly isIdempotent: boolean;
  /** What the request carries that no message may quote. */
  readonly secrets: readonly string[];
}

/**
 * Calls to miners, each within its deadline: what may be repeated is repeated when that may help, silent miners are left alone,
 * and what a version of the API does not have is not asked for again.
 */
export class GuardedCalls implements Disposable {
  private readonly silent: SilentMiners;
  private readonly unsupported: UnsupportedCalls;
  private readonly retries = retry(
    handleWhen((error) => error instanceof CallError && error.isTransient),
    {
      maxAttempts: RETRIES,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS }),
    },
  );

  constructor(
    private readonly calls: MinerCalls,
    private readonly services: BraiinsServices,
    private readonly options: GuardOptions,
  ) {
    this.silent = new SilentMiners(options, (miner) => this.unsupported.forgetVersion(miner));
    this.unsupported = new UnsupportedCalls((miner) => this.askVersion(miner), options.clock);
  }

  /** Reads one answer. */
  read<Request, Response>(
    miner: Miner,
    method: MethodDefinition<Request, Response>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const terms = this.terms(signal, this.options.readMs, true);
    return this.guarded(miner, method.path, terms, () => this.calls.unary(miner, method, request, terms));
  }

  /** Reads the first message of a stream. */
  readFirst<Response>(
    miner: Miner,
    method: MethodDefinition<WireEmpty, Response>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const terms = this.terms(signal, this.options.readMs, true);
    return this.guarded(miner, method.path, terms, () => this.calls.first(miner, method, terms));
  }

  /** Reads a stream to its end. */
  readAll<Request, Response>(
    miner: Miner,
    method: MethodDefinition<Request, Response>,
    request: Request,
    signal: AbortSignal | undefined,
    receiver: { begin(): void; add(message: Response): void },
  ): Promise<void> {
    const terms = this.terms(signal, this.options.fileMs, true);
    return this.guarded(miner, method.path, terms, () => this.calls.collect(miner, method, request, terms, receiver));
  }

  /** Has the miner do something. */
  async write<Request, Response>(
    miner: Miner,
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, isIdempotent, secrets }: WriteTerms,
  ): Promise<Response> {
    const terms = { ...this.terms(signal, this.options.writeMs, isIdempotent), secrets };
    try {
      return await this.guarded(miner, method.path, terms, () => this.calls.unary(miner, method, request, terms));
    } catch (error) {
      throw error instanceof CallError && error.isUncertain
        ? new SourceError(error.failure, `${error.message} It may have been done all the same.`)
        : error;
    }
  }

  /** As {@link MinerProbe.probe}. Not a call to a miner, so that nothing is remembered of it. */
  async probe(address: MinerAddress, signal: AbortSignal | undefined): Promise<ProbeAnswer | undefined> {
    if (!(await isListening(address, PROBE_CONNECT_MS, signal))) {
      return undefined;
    }
    const terms = { signal, deadlineAt: Date.now() + PROBE_ANSWER_MS };
    const { GetApiVersion } = this.services.apiVersion;
    try {
      return { version: toApiVersion(await this.calls.anonymous(address, GetApiVersion, {}, terms)) };
    } catch (error) {
      if (error instanceof CancelledError) {
        throw error;
      }
      return grpcCode(error) === status.UNAUTHENTICATED ? { version: undefined } : undefined;
    }
  }

  /** Follows a stream for as long as it lasts; always rejects in the end. Opening it is an attempt like any other call. */
  async follow<Response>(
    miner: Miner,
    method: MethodDefinition<WireEmpty, Response>,
    signal: AbortSignal,
    onMessage: (message: Response) => void,
  ): Promise<void> {
    let ended: Promise<void> | undefined;
    const open = () =>
      new Promise<void>((opened, failed) => {
        ended = this.calls.follow(miner, method, signal, (message) => {
          opened();
          this.silent.noteAnswer(miner);
          onMessage(message);
        });
        ended.catch(failed);
      });
    await this.silent.run(miner, signal, open);
    await ended;
  }

  /** For a person who asks: lets the next call try again at once, whatever went wrong before. */
  retryNow(miner: Miner): void {
    this.calls.forgetRefusal(miner);
    this.silent.retryNow(miner);
    this.unsupported.forgetVersion(miner);
  }

  /** The miner starts anew, perhaps with another firmware. */
  noteRestart(miner: Miner): void {
    this.unsupported.forgetVersion(miner);
  }

  /** Forgets all miners but these. */
  retain(miners: readonly Miner[]): void {
    this.calls.retain(miners);
    this.silent.retain(miners);
    this.unsupported.retain(miners);
  }

  dispose(): void {
    this.calls.dispose();
  }

  private async guarded<T>(miner: Miner, path: string, terms: AskTerms, call: () => Promise<T>): Promise<T> {
    await untilCancelled(this.unsupported.check(miner, path), terms.signal);
    try {
      return await this.repeated(miner, terms, call);
    } catch (error) {
      const isUnknown = error instanceof SourceError && error.failure === 'unsupported';
      throw isUnknown && path !== this.services.apiVersion.GetApiVersion.path
        ? await this.unsupported.note(miner, path, error)
        : error;
    }
  }

  private async askVersion(miner: Miner): Promise<string> {
    const { GetApiVersion } = this.services.apiVersion;
    const terms = this.terms(undefined, this.options.readMs, true);
    const version = await this.repeated(miner, terms, () => this.calls.unary(miner, GetApiVersion, {}, terms));
    return versionText(toApiVersion(version));
  }

  private repeated<T>(miner: Miner, terms: AskTerms, call: () => Promise<T>): Promise<T> {
    return this.silent.run(miner, terms.signal, () =>
      terms.isRepeatable ? this.retries.execute(() => call().catch((error) => rethrow(error, terms))) : call(),
    );
  }

  private terms(signal: AbortSignal | undefined, limitMs: number, isRepeatable: boolean): AskTerms {
    // grpc-js counts by the machine's clock.
    return { signal, deadlineAt: Date.now() + limitMs, limitMs, isRepeatable };
  }
}

/** What there is no time to repeat is not transient. */
function rethrow(error: unknown, { deadlineAt }: AskTerms): never {
  if (error instanceof CallError && error.isTransient && Date.now() + LONGEST_RETRY_MS >= deadlineAt) {
    throw new CallError(error.failure, error.message, false, error.isUncertain);
  }
  throw error;
}
