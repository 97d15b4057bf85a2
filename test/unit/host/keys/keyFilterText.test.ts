import { describe, expect, it } from 'vitest';
import { describeFilter, describeListing, without } from '../../../../src/host/keys/keyFilterText';

describe('describeFilter', () => {
  it('names every condition', () => {
    const filter = {
      pattern: 'v1:*',
      text: 'm-1',
      type: 'hash',
      dataset: 'miner:status',
      tenant: 'alpha',
      noExpiry: true,
      overBytes: 10_240,
      staleOrVoid: true,
    } as const;
    expect(describeFilter(filter)).toBe(
      'v1:* · “m-1” · hash · miner:status · tenant alpha · no expiry · over 10.0 kB · stale or void',
    );
    expect(describeFilter({ noExpiry: false })).toBe('');
  });

  it('says the order where it is not that of names', () => {
    expect(describeListing({}, 'name')).toBe('');
    expect(describeListing({ type: 'set' }, 'ttl')).toBe('set · by TTL');
    expect(describeListing({}, 'size')).toBe('by size');
  });

  it('leaves one condition out', () => {
    expect(without({ type: 'set', text: 'a' }, 'type')).toEqual({ text: 'a' });
  });
});
