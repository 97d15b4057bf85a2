import { ConfigurationError } from '../base/errors';

/** What keys begin with that may be removed by pattern. Instances' own records are none of them: they expire by themselves. */
const PURGEABLE_PREFIXES: readonly string[] = ['v1:cache:', 'v1:gen:', 'v1:lock:', 'v1:bench:'];

const MAX_LENGTH = 1_024;

/**
 * Fails unless all that a glob can match are keys of ours: it has to begin with one of their prefixes, letter for letter,
 * since a `*`, `?`, `[` or `\` before that may stand for anything.
 *
 * @throws {ConfigurationError} that says what to write.
 */
export function requireOwnPattern(pattern: string): void {
  if (pattern.length > MAX_LENGTH) {
    throw new ConfigurationError(
      `The key pattern is ${pattern.length} characters long; at most ${MAX_LENGTH} are allowed.`,
    );
  }
  if (!PURGEABLE_PREFIXES.some((prefix) => pattern.startsWith(prefix))) {
    throw new ConfigurationError(
      `The key pattern ${JSON.stringify(pattern)} may reach keys that are not the cache's. Begin it with ${PURGEABLE_PREFIXES.join(', ')} letter for letter, such as v1:cache:miner:*:status.`,
    );
  }
}
