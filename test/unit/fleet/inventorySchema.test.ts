import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../../src/fleet/inventoryParser';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../media/fleet.schema.json'), 'utf8'));
// `defaultSnippets` are VS Code's own.
const ajv = new Ajv({ allErrors: true, strictSchema: true, keywords: ['defaultSnippets'] });
const validate = ajv.compile(schema);

/** Values that are right for some fields and wrong for others; ids are made unique, which no schema can ask for. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    1.5,
    50_051,
    65_535,
    65_536,
    -1,
    '',
    ' ',
    'x',
    '.',
    '..',
    '...',
    'a b',
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [''],
    ['s19'],
    ['s19', 3],
    'h:80',
    '[::1]',
    '::1',
    '[::1',
    'fe80::1%eth0',
    'a/b',
    'a@b',
    'ü.example',
  ),
  fc.constantFrom<unknown>(
    'x'.repeat(200),
    'x'.repeat(201),
    'a\u0000b',
    'a\u0085b',
    'a\nb',
    '\u00a0',
    '192.168.1.10',
    '1:2:3',
  ),
  fc.string({ maxLength: 6 }),
);
const FIELDS = ['id', 'host', 'port', 'tenant', 'tags', 'tls', 'credentials', 'colour', 'password'];
const object = fc.dictionary(fc.constantFrom(...FIELDS), anyValue, { maxKeys: 5 });
const rightFields = {
  port: fc.integer({ min: 1, max: 65_535 }),
  tls: fc.boolean(),
  credentials: fc.constantFrom('default', 'a b', 'x'.repeat(200)),
  tenant: fc.constantFrom('north', '…', 'ü'),
};
const right = fc.record(
  {
    defaults: fc.record(rightFields, { requiredKeys: [] }),
    miners: fc.tuple(
      fc.record(
        {
          id: fc.constantFrom('m', '...', 'a.b', 'm:*'),
          host: fc.constantFrom('h', '10.0.0.1', '[::1]', 'ü.example'),
          tags: fc.subarray(['s19', 'a b']),
          ...rightFields,
        },
        { requiredKeys: ['id', 'host'] },
      ),
    ),
  },
  { requiredKeys: ['miners'] },
);
const rightMiner = fc.record({ id: fc.constant('m'), host: fc.constant('h') });
const miner = fc.oneof(
  object,
  anyValue,
  fc.tuple(rightMiner, object).map(([right, more]) => ({ ...right, ...more })),
);
const document = fc.oneof(
  { weight: 4, arbitrary: right },
  // All right but for one field, or for none.
  {
    weight: 8,
    arbitrary: fc
      .tuple(right, fc.constantFrom(...FIELDS), anyValue)
      .map(([whole, field, value]) => ({ ...whole, miners: [{ ...whole.miners[0], [field]: value }] })),
  },
  { weight: 1, arbitrary: fc.oneof(anyValue, fc.array(anyValue, { maxLength: 2 })) },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        $schema: anyValue,
        defaults: fc.oneof(object, anyValue),
        miners: fc.oneof(fc.array(miner, { maxLength: 2 }), anyValue),
        extra: anyValue,
      },
      { requiredKeys: [] },
    ),
  },
);

/** Gives each miner an id of its own where it has one that is text, so that only what a schema can know is compared. */
function withUniqueIds(value: unknown): unknown {
  const { miners } = Object(value) as { miners?: unknown };
  if (!Array.isArray(miners) || Array.isArray(value)) {
    return value;
  }
  const [first, second] = miners as ({ id?: unknown } | undefined)[];
  return first?.id !== undefined && first.id === second?.id ? { ...Object(value), miners: [first] } : value;
}

describe('the schema of fleet.json', () => {
  it('finds fault with exactly those files that the parser finds fault with', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (value) => {
        const text = JSON.stringify(withUniqueIds(value));
        const { problems } = parseInventory(text);
        const isValid = validate(JSON.parse(text));
        accepted += isValid ? 1 : 0;
        expect(isValid, `${text}: ${JSON.stringify(problems)} ${ajv.errorsText(validate.errors)}`).toBe(
          problems.length === 0,
        );
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it('knows the fields that the parser knows, and describes each of them', () => {
    const { properties } = schema;
    const miners = properties.miners.items.properties;
    const text = (of: object, defaults: object) =>
      JSON.stringify({ defaults, miners: [{ id: 'm', host: 'h', ...of }] });
    const right: Record<string, unknown> = { port: 1, tenant: 't', tags: ['a'], tls: true, credentials: 'c' };
    const rest = Object.fromEntries(
      Object.keys(miners).flatMap((name) => (name in right ? [[name, right[name]]] : [])),
    );
    const defaults = Object.fromEntries(Object.keys(properties.defaults.properties).map((name) => [name, right[name]]));
    expect(parseInventory(text(rest, defaults)).problems).toEqual([]);
    const unknown = parseInventory(text({ other: 1 }, { other: 1 })).problems.map(({ message }) => message);
    expect(unknown.map((message) => /Fields here are: (.*)\./.exec(message)?.[1]?.split(', ').sort())).toEqual([
      Object.keys(properties.defaults.properties).sort(),
      Object.keys(miners).sort(),
    ]);
    for (const property of [...Object.values(properties), ...Object.values(miners)] as { description?: string }[]) {
      expect(property.description).toMatch(/\w/);
    }
  });
});
