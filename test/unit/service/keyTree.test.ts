import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTree } from '../../../src/service/keyTree';
import { LevelWindow, type WindowEntry } from '../../../src/service/levelWindow';

const QUIET = { onChange() {}, onAppear() {} };

const rawKeys = fc.oneof(
  // Few letters, so that names share their beginnings and come again.
  fc.string({ unit: fc.constantFrom('a', 'b', ':', '\xff'), maxLength: 8 }),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 20 }),
  fc.constantFrom(
    '',
    ':',
    '::',
    '__proto__',
    'constructor:x',
    ':'.repeat(40),
    `${'a:'.repeat(40)}b`,
    'x'.repeat(5_000),
  ),
);

interface Shown {
  readonly namespaces: Readonly<Record<string, number>>;
  readonly keys: readonly string[];
}

/** A level as the tree shows it. */
function levelOf(tree: KeyTree, prefix: string): Shown {
  const namespace = tree.namespace(prefix);
  const namespaces: Record<string, number> = {};
  const keys: string[] = [];
  let count = 0;
  for (let node = namespace === -1 ? -1 : tree.first(namespace); node !== -1; node = tree.next(node)) {
    if (!tree.isThere(node)) {
      continue;
    }
    count++;
    expect(tree.path(node)).toBe(prefix + tree.name(node));
    if (tree.isNamespace(node)) {
      namespaces[`=${prefix}${tree.name(node)}`] = tree.keyCount(node);
    } else {
      keys.push(prefix + tree.name(node));
    }
  }
  expect(namespace === -1 ? 0 : tree.childCount(namespace)).toBe(count);
  return { namespaces, keys: keys.sort() };
}

/** The same out of a list of keys. */
function levelIn(all: ReadonlySet<string>, prefix: string): Shown {
  const namespaces: Record<string, number> = {};
  const keys: string[] = [];
  const depth = prefix.split(':').length - 1;
  for (const key of all) {
    if (!key.startsWith(prefix)) {
      continue;
    }
    const end = key.indexOf(':', prefix.length);
    if (end === -1 || depth >= 32) {
      keys.push(key);
    } else {
      const name = `=${key.slice(0, end + 1)}`;
      namespaces[name] = (namespaces[name] ?? 0) + 1;
    }
  }
  return { namespaces, keys: keys.sort() };
}

function prefixesOf(all: Iterable<string>): Set<string> {
  const prefixes = new Set(['']);
  for (const key of all) {
    const parts = key.split(':');
    for (let depth = 1; depth < Math.min(parts.length, 33); depth++) {
      prefixes.add(`${parts.slice(0, depth).join(':')}:`);
    }
  }
  return prefixes;
}

describe('KeyTree', () => {
  it('holds what was added and not removed, level by level, whatever the names', () => {
    const keysAtOnce = fc.array(rawKeys, { maxLength: 8 });
    const steps = fc.array(fc.record({ keys: keysAtOnce, adds: fc.boolean() }), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (all) => {
        const tree = new KeyTree(QUIET);
        const model = new Set<string>();
        const seen = new Set<string>();
        for (const { keys, adds } of all) {
          if (adds) {
            tree.add(keys, 1);
          }
          for (const key of keys) {
            seen.add(key);
            if (adds) {
              model.add(key);
            } else {
              expect(tree.remove(key)).toBe(model.delete(key));
            }
            expect(tree.has(key)).toBe(adds);
          }
          expect(tree.keyCount(tree.root)).toBe(model.size);
        }
        expect(tree.keyCount(tree.root)).toBe(model.size);
        for (const key of seen) {
          expect(tree.has(key)).toBe(model.has(key));
          if (model.has(key)) {
            expect(tree.path(tree.findKey(key))).toBe(key);
          }
        }
        for (const prefix of prefixesOf(seen)) {
          expect(levelOf(tree, prefix)).toEqual(levelIn(model, prefix));
        }
      }),
    );
  });

  it('follows names that are longer than others use to be, and those after them', () => {
    const tree = new KeyTree(QUIET);
    const long = `a:b:${'x'.repeat(5_000)}`;
    const keys = ['a:b:c', long, 'a:b:d', `${long}:e`, `${long}:f`, 'a:c', long, 'a:b:c'];
    tree.add(keys, 1);
    const model = new Set(keys);
    expect(tree.keyCount(tree.root)).toBe(model.size);
    for (const key of model) {
      expect(tree.path(tree.findKey(key))).toBe(key);
    }
    for (const prefix of prefixesOf(model)) {
      expect(levelOf(tree, prefix)).toEqual(levelIn(model, prefix));
    }
  });

  it('knows no namespace that was not there, and no key by a part of its name', () => {
    const tree = new KeyTree(QUIET);
    tree.add(['a:b'], 1);
    for (const prefix of ['b:', 'a:b:', 'a', 'a:b', ':']) {
      expect(tree.namespace(prefix)).toBe(-1);
    }
    for (const key of ['', 'a', 'a:', 'a:b:', 'a:bc']) {
      expect(tree.has(key)).toBe(false);
      expect(tree.remove(key)).toBe(false);
    }
  });

  it('shows what is pinned without keys, until it is not', () => {
    const tree = new KeyTree(QUIET);
    const pinned = tree.pin('v1:cache:miner:');
    expect(levelOf(tree, 'v1:cache:')).toEqual({ namespaces: { '=v1:cache:miner:': 0 }, keys: [] });
    tree.add(['v1:cache:miner:m1:status'], 1);
    tree.unpin(pinned);
    expect(levelOf(tree, 'v1:cache:')).toEqual({ namespaces: { '=v1:cache:miner:': 1 }, keys: [] });
    tree.remove('v1:cache:miner:m1:status');
    expect(levelOf(tree, 'v1:cache:')).toEqual({ namespaces: {}, keys: [] });
    tree.pin('v1:cache:miner:');
    tree.unpin(pinned);
    expect(levelOf(tree, 'v1:cache:')).toEqual({ namespaces: {}, keys: [] });
  });

  it('forgets below a namespace what a later scan did not find', () => {
    const keys = fc.uniqueArray(rawKeys, { maxLength: 40 });
    fc.assert(
      fc.property(keys, keys, fc.constantFrom('', 'a:', ':'), (before, after, prefix) => {
        const tree = new KeyTree(QUIET);
        for (const key of before) {
          tree.add([key], 1);
        }
        const found = after.filter((key) => key.startsWith(prefix));
        for (const key of found) {
          tree.add([key], 2);
        }
        const namespace = tree.namespace(prefix);
        for (const _ of namespace === -1 ? [] : tree.sweep(namespace, 2)) {
          // Each step is taken by going on.
        }
        const kept = before.filter((key) => namespace === -1 || !key.startsWith(prefix));
        const left = new Set([...kept, ...found]);
        expect(tree.keyCount(tree.root)).toBe(left.size);
        expect([...left].every((key) => tree.has(key))).toBe(true);
      }),
    );
  });

  it('tells of what comes and goes where somebody looks, and nowhere else', () => {
    const told: string[] = [];
    const tree: KeyTree = new KeyTree({
      onChange: (namespace) => told.push(`changed ${tree.path(namespace)}`),
      onAppear: (namespace, child) => told.push(`${tree.name(child)} in ${tree.path(namespace)}`),
    });
    tree.add(['a:b:c'], 1);
    expect(told).toEqual([]);
    tree.watch(tree.namespace('a:'), true);
    tree.add(['a:b:d'], 1);
    expect(told.splice(0)).toEqual(['changed a:']);
    tree.add(['a:x:y'], 1);
    expect(new Set(told.splice(0))).toEqual(new Set(['changed a:', 'x: in a:']));
    tree.add(['a:key'], 1);
    expect(new Set(told.splice(0))).toEqual(new Set(['changed a:', 'key in a:']));
    tree.add(['b:c'], 1);
    tree.add(['a:key'], 2);
    expect(told).toEqual([]);
    tree.remove('a:b:c');
    expect(told.splice(0)).toEqual(['changed a:']);
    tree.watch(tree.namespace('a:'), false);
    tree.remove('a:key');
    expect(told).toEqual([]);
  });

  it('finds names again among very many', () => {
    const tree = new KeyTree(QUIET);
    for (let index = 0; index < 100_000; index++) {
      tree.add([`user:${index}:profile`], 1);
    }
    expect(tree.keyCount(tree.root)).toBe(100_000);
    expect(tree.childCount(tree.namespace('user:'))).toBe(100_000);
    for (let index = 0; index < 100_000; index += 997) {
      expect(tree.has(`user:${index}:profile`)).toBe(true);
      expect(tree.has(`user:${index}:profil`)).toBe(false);
    }
  });
});

describe('LevelWindow', () => {
  const take = (steps: Iterator<void>) => {
    while (!steps.next().done) {
      // One step after the other.
    }
  };
  const names = (entries: readonly WindowEntry[]) => entries.map(({ name }) => name);

  it('has the first children, namespaces before keys, as they come and go', () => {
    const change = fc.record({ name: fc.integer({ min: 0, max: 400 }), adds: fc.boolean(), isNamespace: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (changes, limit) => {
        let window: LevelWindow | undefined;
        const tree = new KeyTree({ onChange() {}, onAppear: (_, child) => window?.offer(child) });
        tree.watch(tree.root, true);
        window = new LevelWindow(tree, tree.root, limit, () => 0, 3);
        take(window.build());
        const all = new Set<string>();
        for (const { name, adds, isNamespace } of changes) {
          const key = isNamespace ? `${name}:x` : String(name);
          if (adds) {
            tree.add([key], 1);
            all.add(key);
          } else {
            tree.remove(key);
            all.delete(key);
          }
        }
        if (!window.isComplete) {
          take(window.build());
        }
        const spaces = [...all].filter((key) => key.endsWith(':x')).map((key) => key.slice(0, -2));
        const keys = [...all].filter((key) => !key.endsWith(':x'));
        const expected = [...spaces.sort().map((name) => `${name}:`), ...keys.sort()];
        expect(names(window.entries)).toEqual(expected.slice(0, limit));
      }),
    );
  });

  it('orders keys by their ranks, and again when those change', () => {
    const tree = new KeyTree(QUIET);
    for (const key of ['a', 'b', 'c', 'd:x']) {
      tree.add([key], 1);
    }
    const ranks = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 1],
    ]);
    const window = new LevelWindow(tree, tree.root, 3, (node) => ranks.get(tree.name(node)) ?? 0);
    take(window.build());
    expect(names(window.entries)).toEqual(['d:', 'b', 'c']);
    ranks.set('a', -1);
    take(window.build());
    expect(names(window.entries)).toEqual(['d:', 'a', 'b']);
  });

  it('needs another look only when more went than it had in reserve', () => {
    const tree = new KeyTree(QUIET);
    for (let index = 0; index < 1_000; index++) {
      tree.add([String(index).padStart(4, '0')], 1);
    }
    const window = new LevelWindow(tree, tree.root, 10, () => 0, 50);
    take(window.build());
    const shown = (from: number) => Array.from({ length: 10 }, (_, index) => String(from + index).padStart(4, '0'));
    let removed = 0;
    while (window.isComplete) {
      expect(names(window.entries)).toEqual(shown(removed));
      tree.remove(String(removed).padStart(4, '0'));
      removed++;
    }
    expect(removed).toBe(51);
    take(window.build());
    expect(names(window.entries)).toEqual(shown(removed));
  });
});
