import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvError, parseCsv } from '../../../src/fleet/csv';

function texts(csv: string, delimiter?: string): string[][] {
  return parseCsv(csv, delimiter).map((record) => record.map(({ text }) => text));
}

function failure(csv: string): CsvError {
  try {
    parseCsv(csv);
  } catch (error) {
    if (error instanceof CsvError) {
      return error;
    }
  }
  throw new Error(`${JSON.stringify(csv)} was accepted.`);
}

describe('parseCsv', () => {
  it.each([
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a,,\n', [['a', '', '']]],
    ['"a,b","c""d","e\r\nf"\n', [['a,b', 'c"d', 'e\r\nf']]],
    ['a\n\n\nb\n', [['a'], ['b']]],
    ['""\n', []],
    [' a , b ', [[' a ', ' b ']]],
    ['a\rb', [['a\rb']]],
    ['', []],
  ])('reads %j as RFC 4180 has it', (csv, expected) => {
    expect(texts(csv)).toEqual(expected);
  });

  it('reads back whatever is written by the rules', () => {
    const field = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[",;\r\n a]*$/));
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }));
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';'), fc.constantFrom('\n', '\r\n'), (records, delimiter, eol) => {
        const csv = records
          .map((record) => record.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter))
          .join(eol);
        expect(texts(csv, delimiter)).toEqual(records);
      }),
    );
  });

  it('says where each field begins, behind quoted line breaks too', () => {
    const [, second] = parseCsv('"a\nb",c\n  d,"e"');
    expect(second).toEqual([
      { text: '  d', line: 3, column: 1 },
      { text: 'e', line: 3, column: 5 },
    ]);
    expect(parseCsv('"a\nb",c')[0]?.[1]).toEqual({ text: 'c', line: 2, column: 4 });
  });

  it.each([
    ['a,b"c', 1, 4, 'A quote may only stand'],
    ['a\n"b', 2, 1, 'never closed'],
    ['"a" b', 1, 4, 'After a closing quote'],
    ['"a\n""b" c', 2, 5, 'After a closing quote'],
  ])('names line and column of what is wrong in %j', (csv, line, column, message) => {
    const error = failure(csv);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.message).toContain(message);
  });

  it('ends, whatever the text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[",\r\na ]*$/), (csv) => {
        try {
          parseCsv(csv);
        } catch (error) {
          expect(error).toBeInstanceOf(CsvError);
        }
      }),
    );
  });
});
