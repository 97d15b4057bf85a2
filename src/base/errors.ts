/**
 * The root of all errors that are meant for people: the message names the cause and, where there is one, the way out.
 * Whatever is not a `FleetCacheError` is a bug or comes from a library, and is described by {@link describeError}.
 */
export class FleetCacheError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A setting, an argument or a file says something that cannot be used. */
export class ConfigurationError extends FleetCacheError {}

/** The caller asked to stop. Never shown as a failure. */
export class CancelledError extends FleetCacheError {
  constructor(message = 'Cancelled.') {
    super(message);
  }
}

/** One line for people: the message of any thrown value, with its system error code where the message lacks it. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeError(error.errors[0]);
  }
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = errorCode(error);
  const message = error.message.trim() || error.name;
  return code !== undefined && !message.includes(code) ? `${message} (${code})` : message;
}

/** The system error code of a thrown value (`ECONNREFUSED`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Throws {@link CancelledError} when `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new CancelledError();
  }
}
