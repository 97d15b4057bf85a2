import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFigures,
  encodeFigures,
  figuresOf,
  type InstanceFigures,
  ratiosOf,
  sumFigures,
} from '../../../src/cache/instanceFigures';
import { CacheMetrics, type LookupOutcome } from '../../../src/cache/metrics';
import { ManualClock } from '../../fixtures/manualClock';

const OUTCOMES: readonly LookupOutcome[] = ['l2Hit', 'staleHit', 'staleAsked', 'fetched', 'coalesced', 'bypass'];
const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 40 });

function metricsOf(lookups: readonly LookupOutcome[]): CacheMetrics {
  const metrics = new CacheMetrics(new ManualClock());
  for (const outcome of lookups) {
    metrics.recordLookup('miner:status', outcome, 1);
  }
  return metrics;
}

describe('figures of an instance', () => {
  it('G7: summed up give the ratios that one instance with all lookups has', () => {
    fc.assert(
      fc.property(outcomes, outcomes, (ours, theirs) => {
        const all = metricsOf([...ours, ...theirs]);
        const { hitRatio, sourceOffload } = ratiosOf(sumFigures([metricsOf(ours), metricsOf(theirs)].map(figuresOf)));
        for (const window of ['1m', '5m', 'start'] as const) {
          expect(hitRatio[window]).toBe(all.hitRatio(window));
          expect(sourceOffload[window] === undefined).toBe(all.sourceOffload(window) === undefined);
          expect(sourceOffload[window] ?? 0).toBeCloseTo(all.sourceOffload(window) ?? 0, 10);
        }
      }),
    );
  });

  it('come back as they were told', () => {
    fc.assert(
      fc.property(outcomes, (lookups) => {
        const figures = figuresOf(metricsOf(lookups));
        expect(decodeFigures(encodeFigures(figures))).toEqual(figures);
      }),
    );
  });

  it.each([
    '',
    '1,1,1',
    '1,1,1,1,1,1,1,1',
    '1,1,1,1,1,1,1,1,1,1',
    '1,2,0,1,1,1,1,1,1',
    '1,0,0,1,1,1,1,1,2',
    '-1,1,1,1,1,1,1,1,1',
    '1e9,1,1,1,1,1,1,1,1',
    '1.5,1,1,1,1,1,1,1,1',
    '9999999999999999,1,1,1,1,1,1,1,1',
    ' 1,1,1,1,1,1,1,1,1',
  ])('are none in %j', (text) => {
    expect(decodeFigures(text)).toBeUndefined();
  });

  it('have no ratio in a window without lookups', () => {
    const none = { lookups: 0, hits: 0, sourceReads: 0 };
    const figures: InstanceFigures = { '1m': none, '5m': none, start: { lookups: 4, hits: 3, sourceReads: 1 } };
    expect(ratiosOf(figures)).toEqual({ hitRatio: { start: 0.75 }, sourceOffload: { start: 0.75 } });
  });
});
