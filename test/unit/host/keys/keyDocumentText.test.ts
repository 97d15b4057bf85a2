import { describe, expect, it } from 'vitest';
import type { KeyValue, ValueContent, ValuePart } from '../../../../src/cache/keyBrowser';
import { entryDocument, valueBody, valueDocument } from '../../../../src/host/keys/keyDocumentText';
import type { DescribedKey } from '../../../../src/service/keyLevels';

const NOW = 1_700_000_000_000;

const KEY: DescribedKey = {
  raw: 'k',
  shown: 'k',
  isOwn: false,
  type: 'hash',
  ttlMs: 'never',
  sizeBytes: 2_048,
  elements: undefined,
  describedAt: NOW,
  freshness: 'none',
  entry: undefined,
  dataset: undefined,
  tenant: undefined,
  minerId: undefined,
};

function part(text: string | Uint8Array, omitted = 0): ValuePart {
  return { bytes: typeof text === 'string' ? Buffer.from(text) : text, omitted };
}

function page(content: ValueContent, more: Partial<KeyValue> = {}): KeyValue {
  return { content, ttlMs: 'never', length: undefined, next: undefined, note: undefined, ...more };
}

const string = (bytes: string | Uint8Array, omitted = 0, offset = 0): ValueContent => ({
  type: 'string',
  offset,
  part: part(bytes, omitted),
});

describe('valueDocument', () => {
  it('says above a value what is known of the key, and how much is shown', () => {
    const hash: ValueContent = { type: 'hash', fields: [{ name: part('a'), value: part('1') }] };
    const { text } = valueDocument(KEY, [page(hash, { length: 12_000, next: '7', note: 'Capped.' })], NOW);
    expect(text).toBe(
      [
        '// k',
        "// Not one of the cache's keys: read-only here, unless you insist.",
        '// Type: hash',
        '// Expires: never',
        '// Size: 2.0 kB',
        '// Shown: 1 of 12,000 fields',
        '// Capped.',
        '',
        '{',
        '  "a": "1"',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('shows every type as JSON, a line for each element', () => {
    const members = [part('a'), part('"b"')];
    expect(valueBody([page({ type: 'set', members })])).toBe('[\n  "a",\n  "\\"b\\""\n]');
    expect(valueBody([page({ type: 'list', offset: 0, elements: [] })])).toBe('[]');
    const scored = [
      { member: part('a'), score: 1.5 },
      { member: part('b'), score: Number.POSITIVE_INFINITY },
    ];
    expect(JSON.parse(valueBody([page({ type: 'zset', members: scored })]))).toEqual([
      { score: 1.5, member: 'a' },
      { score: 'Infinity', member: 'b' },
    ]);
    const records = [{ id: '1-0', fields: [{ name: part('f'), value: part('v') }] }];
    expect(JSON.parse(valueBody([page({ type: 'stream', records })]))).toEqual([{ id: '1-0', fields: { f: 'v' } }]);
    expect(valueBody([page({ type: 'json', part: part('{"a":[1]}') })])).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(valueBody([page({ type: 'other', name: 'bloom' })])).toBe('');
  });

  it('joins the pages', () => {
    const pages = [1, 2].map((n) => page({ type: 'list', offset: n, elements: [part(String(n))] }, { length: 5 }));
    const { text, shown } = valueDocument({ ...KEY, type: 'list' }, pages, NOW);
    expect(text).toContain('[\n  "1",\n  "2"\n]');
    expect(shown).toBe('Shown: 2 of 5 elements');
  });

  it('joins the pages of a text whose characters are cut between them', () => {
    const bytes = Buffer.from('€€');
    const pages = [
      page(string(bytes.subarray(0, 4), 2), { next: '4', length: 6 }),
      page(string(bytes.subarray(4), 0, 4), { length: 6 }),
    ];
    expect(valueBody(pages)).toBe('€€');
    expect(valueBody(pages.slice(0, 1))).toBe('€');
    expect(valueDocument(KEY, pages.slice(0, 1), NOW).shown).toBe('Shown: the first 4 B of 6 B');
  });

  it('shows what is no text in hexadecimal, and says so', () => {
    const { text } = valueDocument(KEY, [page(string(new Uint8Array([0, 1, 0x41, 0xff])))], NOW);
    expect(text).toContain('// The value is binary');
    expect(text).toContain('00000000  00 01 41 ff');
    const element = {
      type: 'list',
      offset: 0,
      elements: [part(new Uint8Array([0, 0x5c, 0x41, 0xff]), 3_000)],
    } as const;
    const list = valueDocument(KEY, [page(element)], NOW).text;
    expect(list).toContain('// Bytes that are no text are shown as \\x00.');
    expect(JSON.parse(valueBody([page(element)]))).toEqual(['\\x00\\x5cA\\xff… (2.9 kB more)']);
  });
});

describe('entryDocument', () => {
  it('tells what the envelope says before the data', () => {
    const entry = { fetchedAt: NOW - 3_000, ttlS: 10, costMs: 42, by: 'host-1', generations: [7, 8] };
    const key: DescribedKey = { ...KEY, entry, freshness: 'void', ttlMs: 5_000, dataset: 'miner:status', minerId: 'm' };
    const document = JSON.parse(entryDocument(key, { state: 'normal' }, NOW));
    expect(document).toEqual({
      key: 'k',
      dataset: 'miner:status',
      miner: 'm',
      state: 'void',
      fetchedAt: new Date(NOW - 3_000).toISOString(),
      ageMs: 3_000,
      ttlS: 10,
      expiresInMs: 5_000,
      costMs: 42,
      writtenBy: 'host-1',
      generations: [7, 8],
      sizeBytes: 2_048,
      data: { state: 'normal' },
    });
  });
});
