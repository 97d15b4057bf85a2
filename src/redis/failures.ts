/** What a command says that took too long; ioredis' own words for it. */
export const TIMED_OUT = 'Command timed out';

/**
 * Whether the server may not or cannot write now: memory full, a replica, a failed snapshot, no permission. Old servers wrap
 * what a script met.
 */
export function isWriteRefusal(error: unknown): boolean {
  return error instanceof Error && /\b(OOM|READONLY|MISCONF|NOPERM|NOREPLICAS)\b/.test(error.message);
}

/**
 * Whether the server as a whole cannot be used: it does not answer, or answers nobody. What it says about one command, such
 * as a refused write, is no reason to leave all others unasked.
 */
export function isServerFailure(error: Error): boolean {
  const isReply = error.name === 'ReplyError';
  return !isReply || /^(LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH|WRONGPASS)\b/.test(error.message);
}

/** Whether ioredis had no connection to send a command over; why there is none, another error says. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof Error && /isn't writeable|Connection is closed/.test(error.message);
}
