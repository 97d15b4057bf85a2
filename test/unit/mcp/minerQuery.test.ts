import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import { cursorAfter, type MinerQuery, rowsAfter, SORTS, sortRows } from '../../../src/mcp/tools/minerQuery';
import type { MinerRow } from '../../../src/mcp/tools/minerRows';

const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const rowsOf = fc
  .array(fc.record({ hashrateThs: value, nominalRatio: value, powerW: value, efficiencyJPerTh: value, tempC: value }), {
    maxLength: 30,
  })
  .map((figures) =>
    figures.map((each, index): MinerRow => {
      const miner: Miner = {
        id: `m${index}`,
        host: 'h',
        port: 1,
        tenant: 'global',
        tags: [],
        tls: false,
        credentials: 'default',
      };
      return { miner, state: 'normal', status: undefined, ...each };
    }),
  );
const queries = fc.record({
  sort: fc.constantFrom(...SORTS),
  order: fc.constantFrom('ascending' as const, 'descending' as const),
});

describe('pages of miners', () => {
  it('hold every miner once, in the order of the whole list', () => {
    fc.assert(
      fc.property(rowsOf, queries, fc.integer({ min: 1, max: 7 }), (rows, query, limit) => {
        const all = sortRows(rows, query);
        const paged: MinerRow[] = [];
        let left: readonly MinerRow[] = all;
        for (let last = all.at(-1); paged.at(-1) !== last && left.length > 0; ) {
          const page = left.slice(0, limit);
          paged.push(...page);
          const end = page.at(-1);
          last = all.at(-1);
          left = end === undefined ? [] : rowsAfter(all, cursorAfter(end, query), query);
        }
        expect(paged).toEqual(all);
      }),
    );
  });

  it('go on where they were when the miner of the cursor has gone', () => {
    const query: MinerQuery = { sort: 'id', order: 'ascending' };
    const [rows] = fc.sample(rowsOf, { numRuns: 1, seed: 7 });
    const sorted = sortRows(rows ?? [], query);
    const cursor = cursorAfter(sorted[2] as MinerRow, query);
    const without = sorted.filter((_, index) => index !== 2);
    expect(rowsAfter(without, cursor, query)).toEqual(sorted.slice(3));
  });

  it.each(['', 'x', 'bm9uc2Vuc2U', Buffer.from('[1,2,3]').toString('base64url')])('do not begin at %j', (cursor) => {
    const query: MinerQuery = { sort: 'id', order: 'ascending' };
    expect(() => rowsAfter([], cursor, query)).toThrow('another question');
  });

  it('do not go on with another question', () => {
    const query: MinerQuery = { sort: 'id', order: 'ascending' };
    const [rows] = fc.sample(rowsOf, { numRuns: 1, seed: 7 });
    const cursor = cursorAfter((rows ?? [])[0] as MinerRow, query);
    expect(() => rowsAfter([], cursor, { ...query, tenant: 'a' })).toThrow('another question');
    expect(() => rowsAfter([], cursor, { ...query, states: ['offline'] })).toThrow('another question');
    expect(() => rowsAfter([], cursor, { ...query, order: 'descending' })).toThrow('another question');
  });
});
