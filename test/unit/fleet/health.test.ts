import { describe, expect, it } from 'vitest';
import { worstConcerns } from '../../../src/fleet/health';
import { report } from './reports';

const normal = (id: string, last1m: number, parts: object = {}) =>
  report(id, { status: { state: 'normal' }, stats: { hashrateThs: { last1m }, nominalHashrateThs: 100 }, ...parts });

describe('worstConcerns', () => {
  it('names those that do not answer first, then those that stopped, the hot, and the slow', () => {
    const concerns = worstConcerns(
      [
        normal('slow', 80),
        normal('slower', 20),
        normal('warm', 100, { tempC: 86 }),
        normal('hot', 100, { tempC: 95 }),
        report('suspended', { status: { state: 'suspended' } }),
        report('gone', { failure: 'cannot connect' }),
      ],
      10,
    );
    expect(concerns.map(({ minerId }) => minerId)).toEqual(['gone', 'suspended', 'hot', 'warm', 'slower', 'slow']);
    expect(concerns.at(-1)?.reason).toBe('slow: 80.0 of 100.0 TH/s, 80 % of nominal');
    expect(concerns[2]?.reason).toBe('hot: 95 °C');
  });

  it('finds nothing wrong with a miner that hashes as it should, was paused, or says little', () => {
    const concerns = worstConcerns(
      [
        normal('fine', 95, { tempC: 70 }),
        report('paused', {
          status: { state: 'paused' },
          stats: { hashrateThs: { last1m: 0 }, nominalHashrateThs: 100 },
        }),
        report('silent', { status: { state: 'normal' } }),
        report('unrated', { status: { state: 'normal' }, stats: { hashrateThs: { last1m: 1 } } }),
        report('odd', { status: { state: 'unknown' } }),
      ],
      10,
    );
    expect(concerns).toEqual([]);
  });

  it('gives so many and no more, in an order that does not depend on that of the miners', () => {
    const down = Array.from({ length: 30 }, (_, index) => report(`m${index + 10}`, { failure: 'down' }));
    const concerns = worstConcerns(down, 10);
    expect(concerns).toHaveLength(10);
    expect(worstConcerns([...down].reverse(), 10)).toEqual(concerns);
  });
});
