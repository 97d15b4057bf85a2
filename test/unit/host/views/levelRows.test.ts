import { describe, expect, it } from 'vitest';
import { LevelRows } from '../../../../src/host/views/levelRows';
import type { KeyLevel } from '../../../../src/service/keyLevels';

/** A level as the explorer would know it, of these namespaces with their counts, and these keys. */
class KnownLevel {
  namespaces: Readonly<Record<string, number>> = {};
  keys: readonly string[] = [];
  isSorting = false;

  level(prefix: string, { limit }: { readonly limit: number }): KeyLevel {
    const namespaces = Object.entries(this.namespaces).map(([name, keys]) => ({
      prefix: `${prefix}${name}:`,
      name,
      keys,
    }));
    const keys = this.keys.map((name) => ({ raw: `${prefix}${name}`, name }));
    const rows = namespaces.length + keys.length;
    const listed = prefix === '' ? rows : (this.namespaces[prefix.slice(0, -1)] ?? 0);
    return {
      prefix,
      namespaces: namespaces.slice(0, limit),
      keys: keys.slice(0, Math.max(0, limit - namespaces.length)),
      hidden: Math.max(0, rows - limit),
      listed,
      total: rows,
      complete: true,
      scanning: false,
      sorting: this.isSorting,
    };
  }
}

describe('LevelRows', () => {
  it('keeps the rows that stay, whatever comes and goes', () => {
    const level = new KnownLevel();
    level.namespaces = { v1: 3 };
    level.keys = ['a', 'b'];
    const listing = new LevelRows(undefined);
    const before = listing.read(level);
    expect(before.map(({ type }) => type)).toEqual(['namespace', 'key', 'key']);
    level.namespaces = { other: 1, v1: 4 };
    level.keys = ['b', 'c'];
    expect(listing.update(level)).toBe('all');
    const after = listing.read(level);
    expect(after[0]).toBe(before[0]);
    expect(after[0]).toMatchObject({ prefix: 'v1:', keys: 4, isOwn: true });
    expect(after[2]).toBe(before[2]);
    expect(after[1]).toMatchObject({ prefix: 'other:', isOwn: false });
  });

  it('draws only the rows that changed where none comes or goes', () => {
    const level = new KnownLevel();
    level.namespaces = { a: 1, b: 2 };
    const listing = new LevelRows(undefined);
    const [, b] = listing.read(level);
    expect(listing.update(level)).toEqual([]);
    level.namespaces = { a: 1, b: 3 };
    expect(listing.update(level)).toEqual([b]);
  });

  it('lists a thousand siblings, more on request, and ten thousand at most', () => {
    const level = new KnownLevel();
    level.keys = Array.from({ length: 12_000 }, (_, index) => String(index));
    const listing = new LevelRows(undefined);
    const rows = listing.read(level);
    expect(rows).toHaveLength(1_001);
    expect(rows.at(-1)).toMatchObject({ type: 'more', hidden: 11_000, canGrow: true });
    listing.grow();
    expect(listing.read(level).at(-1)).toMatchObject({ hidden: 10_000 });
    expect(listing.keys).toHaveLength(2_000);
    for (let step = 0; step < 20; step++) {
      listing.grow();
    }
    expect(listing.read(level).at(-1)).toMatchObject({ hidden: 2_000, canGrow: false });
  });

  it('has the cache’s own namespace among a thousand others', () => {
    const level = new KnownLevel();
    level.namespaces = Object.fromEntries([
      ...Array.from({ length: 1_200 }, (_, index) => [`a${index}`, 1]),
      ['v1', 1],
    ]);
    const rows = new LevelRows(undefined).read(level);
    expect(rows).toHaveLength(1_002);
    expect(rows[0]).toMatchObject({ prefix: 'v1:', isOwn: true });
    expect(rows.at(-1)).toMatchObject({ hidden: 200 });
  });

  it('counts what is not listed without drawing the siblings anew', () => {
    const level = new KnownLevel();
    level.keys = Array.from({ length: 1_500 }, (_, index) => String(index));
    const listing = new LevelRows(undefined);
    const more = listing.read(level).at(-1);
    level.keys = [...level.keys, 'z'];
    expect(listing.update(level)).toEqual([more]);
    expect(more).toMatchObject({ hidden: 501 });
  });

  it('says that there is nothing', () => {
    const level = new KnownLevel();
    const listing = new LevelRows(undefined);
    expect(listing.read(level)).toEqual([{ type: 'note', parent: undefined, text: 'No keys' }]);
    level.keys = ['a'];
    expect(listing.update(level)).toBe('all');
  });

  it('says that the order is still being made, until it is', () => {
    const level = new KnownLevel();
    level.isSorting = true;
    const listing = new LevelRows(undefined);
    expect(listing.read(level)).toMatchObject([{ type: 'note', text: 'Sorting …' }]);
    level.isSorting = false;
    level.keys = ['a'];
    expect(listing.update(level)).toBe('all');
    expect(listing.read(level)).toMatchObject([{ type: 'key', raw: 'a' }]);
  });

  it('keeps its rows while their new order is being made, and says so', () => {
    const level = new KnownLevel();
    level.keys = ['a', 'b'];
    const listing = new LevelRows(undefined);
    const [a, b] = listing.read(level);
    level.keys = [];
    level.isSorting = true;
    expect(listing.update(level)).toBe('all');
    const [note, ...rows] = listing.read(level);
    expect(note).toMatchObject({ type: 'note', text: 'Sorting …' });
    expect(rows).toEqual([a, b]);
    level.keys = ['b', 'a'];
    level.isSorting = false;
    expect(listing.update(level)).toBe('all');
    const sorted = listing.read(level);
    expect(sorted).toHaveLength(2);
    expect(sorted[0]).toBe(b);
    expect(sorted[1]).toBe(a);
  });

  it('is of the node that it was asked for last, and so are its rows', () => {
    const level = new KnownLevel();
    level.namespaces = { below: 1 };
    level.keys = ['a'];
    const node = { type: 'namespace', parent: undefined, prefix: 'x:', name: 'x', isOwn: false, keys: 2 } as const;
    const anew = { ...node };
    const listing = new LevelRows(node);
    const rows = listing.read(level);
    listing.adopt(anew);
    expect(listing.node).toBe(anew);
    for (const row of rows) {
      expect(row.parent).toBe(anew);
    }
    expect(listing.read(level)).toEqual(rows);
  });
});
