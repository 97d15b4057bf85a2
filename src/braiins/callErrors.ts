import { status } from '@grpc/grpc-js';
import { describeError } from '../base/errors';
import type { Miner } from '../fleet/miner';
import { SourceError, type SourceFailure } from '../fleet/minerSource';
import { StreamEnded } from './calls';
import { connectionProblem, isLostConnection } from './connectionErrors';
import { minerName } from './minerName';

/** Longest piece of a miner's own words in an error message. */
const MAX_QUOTE = 300;
/** What grpc-js reports when an answer carries an HTTP status in place of a gRPC status. */
const WEB_SERVER_DETAILS = 'Received HTTP status code ';
/** What grpc-js reports of an answer that breaks off or is none. */
const UNREADABLE = /^(Response message parsing error|Received RST_STREAM)/;
/** What grpc-js reports of an answer that is larger than is allowed. */
const TOO_LARGE = /^Received message larger than max/;
/** What grpc-js says of a call that was not sent yet, because there is no connection to send it over. */
const NOT_SENT = /waiting for/i;

/** What the message of a failed call needs to know. */
export interface FailedCall {
  readonly miner: Miner;
  /** Name of the method, such as `GetMinerStats`. */
  readonly method: string;
  readonly deadlineMs: number;
  /** What must never be quoted, whatever a miner writes into its answer. */
  readonly secrets: readonly string[];
}

/** A failed call, with what decides what is done about it. */
export class CallError extends SourceError {
  constructor(
    failure: SourceFailure,
    message: string,
    /** Asking again soon may help. */
    readonly isTransient: boolean,
    /** The miner may have obeyed, and only its answer did not come. */
    readonly isUncertain: boolean,
  ) {
    super(failure, message);
  }
}

/** The gRPC status code of a failed call, or `undefined` when something else went wrong. */
export function grpcCode(error: unknown): status | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** Whether the call failed because a connection that stood broke under it. */
export function lostConnection(error: unknown): boolean {
  return grpcCode(error) === status.UNAVAILABLE && isLostConnection(detailsOf(error));
}

function detailsOf(error: unknown): string {
  return error instanceof Error && 'details' in error ? String(error.details) : '';
}

/** Says for people why a call gave no data. The miner's own words are quoted cut, on one line and without secrets. */
export function toSourceError(error: unknown, call: FailedCall): SourceError {
  if (error instanceof SourceError) {
    return error;
  }
  const name = minerName(call.miner);
  if (error instanceof StreamEnded) {
    return new SourceError('failed', `${name} ended the answer to ${call.method} before it was complete.`);
  }
  const code = grpcCode(error);
  if (code === undefined) {
    return new SourceError(
      'failed',
      `${name} could not be asked for ${call.method}: ${quote(describeError(error), call)}`,
    );
  }
  const details = detailsOf(error);
  const [failure, message] = explain(code, details, call);
  // Before a login nothing else was asked.
  const wasSent = call.method !== 'Login' && isUncertain(code, details);
  return new CallError(failure, `${name} ${message}`, isTransient(code, details, failure), wasSent);
}

/** A miner that could not be connected to is not asked again at once: being dead, it would only be dead later. */
function isTransient(code: status, details: string, failure: SourceFailure): boolean {
  switch (code) {
    case status.UNAVAILABLE:
      return failure !== 'unreachable' || isLostConnection(details);
    case status.RESOURCE_EXHAUSTED:
      return !TOO_LARGE.test(details);
    case status.DEADLINE_EXCEEDED:
    case status.ABORTED:
      return true;
    default:
      return false;
  }
}

function isUncertain(code: status, details: string): boolean {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return !NOT_SENT.test(details);
    case status.UNAVAILABLE:
      return isLostConnection(details);
    case status.CANCELLED:
      return true;
    default:
      return UNREADABLE.test(details);
  }
}

function explain(code: status, details: string, call: FailedCall): [SourceFailure, string] {
  if (details.startsWith(WEB_SERVER_DETAILS)) {
    return [
      'failed',
      `answered as a web server does, not as a miner (${details}): is ${call.miner.port} its API port?`,
    ];
  }
  if (UNREADABLE.test(details)) {
    return ['failed', `answered ${call.method} with what cannot be read: ${quote(details, call)}`];
  }
  const problem = code === status.UNAVAILABLE ? connectionProblem(details, call.miner) : undefined;
  if (problem !== undefined) {
    return ['unreachable', quote(problem, call)];
  }
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return ['timeout', timeoutMessage(details, call)];
    case status.UNIMPLEMENTED:
      // grpc-js uses the same code for a unary answer that has no message, or two.
      return /^(No message|Too many responses) received$/.test(details)
        ? ['failed', `answered ${call.method} with what cannot be read: ${details}.`]
        : ['unsupported', `does not know the call ${call.method}: its firmware is older than this part of the API.`];
    case status.CANCELLED:
      return ['failed', `broke off the answer to ${call.method}.`];
    case status.RESOURCE_EXHAUSTED:
      return TOO_LARGE.test(details)
        ? ['failed', `answered ${call.method} with more data than any miner has (${quote(details, call)}).`]
        : ['failed', `is overloaded: ${quote(details, call)}`];
    case status.UNAUTHENTICATED:
      return ['failed', `accepted the login but not the token that it gave for it: ${quote(details, call)}`];
    case status.PERMISSION_DENIED:
      return ['failed', `does not allow this user the call ${call.method}: ${quote(details, call)}`];
    default:
      return [
        'failed',
        `answered ${call.method} with ${status[code] ?? `status ${code}`}${details && ': '}${quote(details, call)}`,
      ];
  }
}

function timeoutMessage(details: string, call: FailedCall): string {
  const span = `${call.deadlineMs / 1000} s`;
  return !NOT_SENT.test(details)
    ? `did not answer ${call.method} within ${span}.`
    : `could not be connected to within ${span}: is it switched on, and is it in reach of this network?`;
}

function quote(words: string, call: FailedCall): string {
  let safe = words;
  for (const secret of call.secrets) {
    if (secret !== '') {
      safe = safe.replaceAll(secret, '***');
    }
  }
  safe = safe.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return safe.length > MAX_QUOTE ? `${safe.slice(0, MAX_QUOTE)}…` : safe;
}

/** Whether the miner said no to the user name or password, as opposed to not answering the login. */
export function isLoginRefusal(error: unknown): boolean {
  const code = grpcCode(error);
  return (
    (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED || code === status.INVALID_ARGUMENT) &&
    !detailsOf(error).startsWith(WEB_SERVER_DETAILS)
  );
}

/** The error that a refused login gives until it is forgotten or the credentials change. */
export function loginRefused(miner: Miner, username: string): SourceError {
  return new SourceError(
    'login-refused',
    `${minerName(miner)} refused the login of user '${username}': is the password under the credentials name ` +
      `'${miner.credentials}' right? It is not tried again until that changes or you ask for it.`,
  );
}
