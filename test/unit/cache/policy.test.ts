import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICIES, policiesWithTtls } from '../../../src/cache/policy';

describe('policiesWithTtls', () => {
  it('takes TTLs within the band', () => {
    const { policies, problems } = policiesWithTtls({ 'miner:status': 5, 'pool:urls': 600 });
    expect(problems).toEqual([]);
    expect(policies['miner:status']).toMatchObject({ strategy: 'EPHEMERAL', ttlS: 5 });
    expect(policies['pool:urls'].ttlS).toBe(600);
  });

  it.each([4, 31, 0, -1, Number.NaN, '10', null])(
    'refuses %j for an EPHEMERAL dataset and says what is allowed',
    (ttl) => {
      const { policies, problems } = policiesWithTtls({ 'miner:status': ttl });
      expect(policies).toEqual(DEFAULT_POLICIES);
      expect(problems[0]?.message).toContain('from 5 to 30');
    },
  );

  it('names the datasets when there is none of that name, and keeps the rest', () => {
    const { policies, problems } = policiesWithTtls({ 'miner:sttaus': 10, toString: 3, 'miner:stats': 20 });
    expect(problems).toHaveLength(2);
    expect(problems[0]?.message).toContain('miner:status');
    expect(policies['miner:stats'].ttlS).toBe(20);
  });
});
