import { describeError } from '../base/errors';
import type { ErrorCodec } from '../cache/reading';
import { SourceError, type SourceFailure } from '../fleet/minerSource';

const FAILURES: readonly string[] = [
  'unreachable',
  'timeout',
  'login-refused',
  'no-credentials',
  'unsupported',
  'failed',
] satisfies SourceFailure[];

const MAX_LENGTH = 1_000;

/** Lets instances that waited for another's fetch see the same kind of failure as that one did. */
export const SOURCE_ERRORS: ErrorCodec = {
  encode(error) {
    const failure: SourceFailure = error instanceof SourceError ? error.failure : 'failed';
    return JSON.stringify({ failure, message: describeError(error).slice(0, MAX_LENGTH) });
  },
  decode(text) {
    const { failure, message } = parse(text);
    return isFailure(failure) && typeof message === 'string'
      ? new SourceError(failure, message)
      : new SourceError('failed', 'Another instance could not read the miner.');
  },
};

function parse(text: string): { readonly failure?: unknown; readonly message?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function isFailure(value: unknown): value is SourceFailure {
  return typeof value === 'string' && FAILURES.includes(value);
}
