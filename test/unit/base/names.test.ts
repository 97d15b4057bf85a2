import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortNames } from '../../../src/base/names';

describe('names', () => {
  it('are listed once each, capitals beside their small letters', () => {
    expect(sortNames(['west', 'East', 'north', 'east', 'west', 'North', ''])).toEqual([
      '',
      'east',
      'East',
      'north',
      'North',
      'west',
    ]);
  });

  it('are in the order of their script where they are not of ASCII alone', () => {
    expect(sortNames(['zebra', 'Österreich', 'Ostsee', 'étage', 'farm'])).toEqual([
      'étage',
      'farm',
      'Österreich',
      'Ostsee',
      'zebra',
    ]);
  });

  it('are in one order, whatever they are and in whichever order they come', () => {
    const names = fc.array(fc.oneof(fc.string(), fc.constantFrom('a', 'A', 'b', 'é', '1', '-')));
    fc.assert(
      fc.property(names, (list) => {
        const sorted = sortNames(list);
        expect(new Set(sorted)).toEqual(new Set(list));
        expect(sortNames([...list].reverse().concat(list)).map((name) => name.normalize())).toEqual(
          sorted.map((name) => name.normalize()),
        );
      }),
    );
  });

  it('are as the rules of the language have them where they are letters and digits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9]{1,6}$/)), (list) => {
        expect(sortNames(list)).toEqual([...list].sort((a, b) => a.localeCompare(b, 'en')));
      }),
    );
  });
});
