import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { ALL_ENTRIES_PATTERN, generationKeys, lockKey, minerEntryPattern, minerKey } from '../../../src/cache/keys';
import { requireOwnPattern } from '../../../src/redis/scanPattern';

describe('requireOwnPattern', () => {
  it('takes patterns that begin as our keys do', () => {
    const key = minerKey('m1', 'status');
    for (const pattern of [
      ALL_ENTRIES_PATTERN,
      minerEntryPattern({ kind: 'status' }),
      key,
      lockKey(key),
      `${generationKeys.fleet('a')}*`,
      'v1:bench:*',
    ]) {
      expect(() => requireOwnPattern(pattern)).not.toThrow();
    }
  });

  it.each([
    '',
    '*',
    'v1:*',
    'v1:',
    'v?:cache:*',
    'v1:[c]ache:*',
    'v1:c\\ache:*',
    'v1:cach*',
    'v1:cache*',
    ' v1:cache:*',
    'V1:CACHE:*',
    'session:*',
    'v1:instance:*',
  ])('G5: refuses %j, which may reach other keys, and says what to write', (pattern) => {
    expect(() => requireOwnPattern(pattern)).toThrow(ConfigurationError);
    expect(() => requireOwnPattern(pattern)).toThrow(/Begin it with v1:cache:/);
  });

  it('refuses a pattern without end', () => {
    expect(() => requireOwnPattern(`v1:cache:${'*a'.repeat(1_000)}`)).toThrow(/at most 1024/);
  });
});
