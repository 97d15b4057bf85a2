import { BrokenCircuitError } from 'cockatiel';
import { describeError, errorCode } from '../base/errors';
import { explainCertificate } from './certificateFailures';

/** What a command says that took too long; ioredis' own words for it. */
export const TIMED_OUT = 'Command timed out';

/** What a connection ends with over which nothing came (`silenceWatch.ts`). */
export const SILENT = 'Socket timeout';

/** Whether the server cannot write now: memory full, a replica, a failed snapshot. Old servers wrap what a script met. */
export function isWriteRefusal(error: unknown): boolean {
  return error instanceof Error && /\b(OOM|READONLY|MISCONF|NOREPLICAS)\b/.test(error.message);
}

/** Whether the server is a replica, or became one. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /\bREADONLY\b/.test(error.message);
}

/** Whether the user may not do this, or a script may not for the user. */
export function isPermissionRefusal(error: unknown): boolean {
  return (
    error instanceof Error && /^NOPERM\b|The user executing the script can't|ACL failure in script/.test(error.message)
  );
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === TIMED_OUT;
}

/** What somebody said, with the full stop that not everybody sets. */
export function asSentence(text: string): string {
  return text.replace(/\.?$/, '.');
}

/** Whether the server said it, and not the client about the connection. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * Whether the server as a whole cannot be used: it does not answer, or answers nobody. What it says about one command, such
 * as a refused write, is no reason to leave all others unasked.
 */
export function isServerFailure(error: unknown): boolean {
  return (
    !isReply(error) ||
    (error instanceof Error && /^(LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH|WRONGPASS)\b/.test(error.message))
  );
}

/**
 * Whether a command went to a node of a Cluster that does not have its slot (any more). ioredis follows that for a command
 * alone, and not for a pipeline whose commands were sent elsewhere by different answers, or whose slots were parted before
 * it was sent.
 */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK|TRYAGAIN) |same slots allocation group/.test(error.message);
}

/** What ioredis says when no sentinel named a master; the last sentinel's answer follows, if there was one. */
const NO_SENTINEL = /^All sentinels are unreachable.*?(?: Last error: (.*))?$/s;

/** Whether ioredis had no connection to send a command over; why there is none, another error says. */
export function isNotConnected(error: unknown): boolean {
  return (
    error instanceof Error &&
    !NO_SENTINEL.test(error.message) &&
    /isn't writeable|Connection is closed|Command aborted due to connection close|isn't ready and enableOfflineQueue|max retries per request|None of startup nodes/.test(
      error.message,
    )
  );
}

/**
 * One sentence for people: which server, what is wrong, what to do.
 *
 * @param lastCause why there is no connection, for errors that only say that there is none.
 */
export function explainFailure(error: unknown, lastCause: unknown, address: string, commandTimeoutMs: number): string {
  const cause = error instanceof BrokenCircuitError || isNotConnected(error) ? lastCause : error;
  if (isTimeout(cause)) {
    return `Redis at ${address} did not answer within ${commandTimeoutMs} ms.`;
  }
  if (cause === undefined || isNotConnected(cause)) {
    return `Redis at ${address} closed the connection.`;
  }
  const text = describeError(cause);
  const ofCertificate = explainCertificate(text);
  if (ofCertificate !== undefined) {
    return `Redis at ${address} ${ofCertificate}`;
  }
  const [noSentinel, sentinelError = 'none knows the master.'] = NO_SENTINEL.exec(text) ?? [];
  if (noSentinel !== undefined) {
    const reason = isNotConnected(new Error(sentinelError))
      ? 'none of them can be reached.'
      : asSentence(sentinelError);
    if (/^(NOAUTH|WRONGPASS)/.test(sentinelError)) {
      return `Redis at ${address} cannot be found: the sentinels refused the login: ${reason} Set it with “Fleet Cache: Set Redis Password…” or FLEET_CACHE_SENTINEL_PASSWORD.`;
    }
    return `Redis at ${address} cannot be found: no sentinel names the master: ${reason} Check the sentinels' addresses and login, and the master's name.`;
  }
  if (/^(NOAUTH|WRONGPASS)/.test(text)) {
    return `Redis at ${address} refused the login: ${text} Set the password with “Fleet Cache: Set Redis Password…” or FLEET_CACHE_REDIS_PASSWORD.`;
  }
  if (text.startsWith(SILENT)) {
    return `Redis at ${address} did not answer within ${commandTimeoutMs} ms.`;
  }
  const code = errorCode(cause);
  if (code === 'ECONNREFUSED') {
    return `Redis at ${address} refused the connection (ECONNREFUSED). Is it running?`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `Redis at ${address} cannot be found (${code}). Check the host's name.`;
  }
  if (code === 'ENOENT') {
    return `Redis at ${address} has no socket there (ENOENT). Is it running?`;
  }
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ISSUER/.test(code)) {
    return `Redis at ${address} has a certificate that is not trusted: ${asSentence(text)} Name its authority with ca=<path of a PEM file>, or its name with servername=<name>.`;
  }
  return `Redis at ${address} cannot be used: ${asSentence(text)}`;
}
