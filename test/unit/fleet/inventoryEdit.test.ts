import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { inventoryDefaults, type MinerEntry, planMerge } from '../../../src/fleet/inventoryEdit';
import { parseInventory } from '../../../src/fleet/inventoryParser';

const NEW: MinerEntry = { id: 'new', host: 'h9', port: 1, tags: ['a', 'b'] };
const LINE = '{ "id": "new", "host": "h9", "port": 1, "tags": ["a", "b"] }';

describe('planMerge', () => {
  it.each([
    ['an empty text', '', `{\n  "miners": [\n    ${LINE}\n  ]\n}\n`],
    ['an empty list', '{"miners": []}', `{"miners": [\n  ${LINE}\n]}`],
    ['no list', '{\n  "defaults": {}\n}\n', `{\n  "defaults": {},\n  "miners": [\n    ${LINE}\n  ]\n}\n`],
    [
      'a list in one line',
      '{"miners": [{"id": "m", "host": "h"}]}',
      `{"miners": [{"id": "m", "host": "h"},\n  ${LINE}\n]}`,
    ],
    [
      'a list with comments, tabs and CRLF',
      '{\r\n\t"miners": [\r\n\t\t// the first\r\n\t\t{"id": "m", "host": "h"} // rack 3\r\n\t\t/* more to come */\r\n\t]\r\n}\r\n',
      `{\r\n\t"miners": [\r\n\t\t// the first\r\n\t\t{"id": "m", "host": "h"}, // rack 3\r\n\t\t/* more to come */\r\n\t\t${LINE}\r\n\t]\r\n}\r\n`,
    ],
    ['a list of comments', '{"miners": [\n  // none yet\n]}', `{"miners": [\n  // none yet\n  ${LINE}\n]}`],
  ])('adds to %s, and leaves the rest as it is', (_, text, expected) => {
    const plan = planMerge(text, [NEW]);
    expect(plan.text).toBe(expected);
    expect(plan.added).toEqual([NEW]);
  });

  it('adds nothing that is listed already, by id or by address, and says what it is', () => {
    const text =
      '{"defaults": {"port": 7}, "miners": [{"id": "m1", "host": "h1"}, {"id": "m2", "host": "h2", "port": 8}]}';
    const entries = [
      { id: 'm1', host: 'elsewhere' },
      { id: 'other', host: 'h1' },
      { id: 'm3', host: 'h2' },
      { id: 'm4', host: 'h2', port: 7 },
    ];
    const plan = planMerge(text, entries);
    expect(plan.added).toEqual([{ id: 'm3', host: 'h2' }]);
    expect(plan.duplicates.map(({ entry, listed, by }) => [entry.id, listed.id, by])).toEqual([
      ['m1', 'm1', 'id'],
      ['other', 'm1', 'address'],
      ['m4', 'm3', 'address'],
    ]);
    expect(planMerge(text, entries.slice(0, 2)).text).toBe(text);
  });

  it.each([['{"miners": ['], ['[]'], ['{"miners": {}}'], ['{"miners": [],}'], ['nonsense']])('refuses %j', (text) => {
    expect(() => planMerge(text, [NEW])).toThrow(ConfigurationError);
    expect(() => planMerge(text, [NEW])).toThrow('Mend it first');
  });

  it('gives an inventory that lists what was there and what was added, whatever the layout', () => {
    const name = fc.stringMatching(/^[a-z"\\\u00e9 ]{1,8}x$/);
    const miners = fc.uniqueArray(name, { maxLength: 6 });
    fc.assert(
      fc.property(miners, miners, fc.constantFrom(undefined, 1, 2, '\t'), (before, added, indent) => {
        const listed = before.map((id, index) => ({ id, host: `old${index}` }));
        const entries = added.map((id, index) => ({ id, host: `new${index}`, tenant: id }));
        const plan = planMerge(JSON.stringify({ miners: listed }, undefined, indent), entries);
        const { miners: merged, problems } = parseInventory(plan.text);
        expect(problems).toEqual([]);
        expect(merged.map(({ id, host }) => ({ id, host }))).toEqual([
          ...listed,
          ...entries.filter(({ id }) => !before.includes(id)).map(({ id, host }) => ({ id, host })),
        ]);
      }),
    );
  });

  it('adds thousands', () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => ({ id: `m${index}`, host: `h${index}` }));
    expect(parseInventory(planMerge('', entries).text).miners).toHaveLength(20_000);
  });
});

describe('inventoryDefaults', () => {
  it('are those of the inventory, else the product’s', () => {
    expect(inventoryDefaults('{"defaults": {"port": 7, "tls": true}, "miners": []}')).toEqual({ port: 7, tls: true });
    for (const text of ['', '{"miners": []}', 'nonsense', '{"defaults": 1}', '[]']) {
      expect(inventoryDefaults(text)).toEqual({ port: 50_051, tls: false });
    }
  });
});
