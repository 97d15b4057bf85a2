import type { RawKey } from '../cache/keyBrowser';
import { KeyNodes, PINNED, PRESENT, WATCHED } from './keyNodes';

/** What separates the parts of a name. */
const SEPARATOR = ':';

/** Parts that a name is split into at most; what is behind is one part. */
const MAX_DEPTH = 32;

const NONE = -1;

/** Is told of the levels that somebody looks at. */
export interface TreeWatcher {
  /** Something below a watched namespace changed. */
  onChange(namespace: number): void;
  /** A key or a namespace is there, as a child of a watched namespace, that was not. */
  onAppear(namespace: number, child: number): void;
}

/**
 * Names of keys, as a tree of namespaces that end with `:`, and how many keys are below each. Names are bytes (`RawKey`), and come
 * back exactly. Keys and namespaces are nodes, which are numbers. Those of keys that are gone stay: the next scan often finds the
 * same name again.
 */
export class KeyTree {
  private readonly nodes = new KeyNodes();
  /** The name that was followed last, the namespaces that it leads through, and where the part of each ends in it. */
  private last: RawKey = '';
  private readonly way = new Int32Array(MAX_DEPTH + 1);
  private readonly ends = new Int32Array(MAX_DEPTH + 1);
  private depth = 0;

  constructor(private readonly watcher: TreeWatcher) {
    this.way[0] = this.nodes.root;
    this.nodes.note(this.nodes.root, PINNED, true);
  }

  /** The namespace of all keys. */
  get root(): number {
    return this.nodes.root;
  }

  /** Bytes that it takes, but for names that are very long. */
  get size(): number {
    return this.nodes.size;
  }

  /** The namespace that keys with this prefix are in; `-1` when none is known. */
  namespace(prefix: RawKey): number {
    let namespace = this.nodes.root;
    let start = 0;
    while (start < prefix.length) {
      const end = prefix.indexOf(SEPARATOR, start) + 1;
      namespace = end === 0 ? NONE : this.find(namespace, prefix, start, end);
      if (namespace === NONE || !this.nodes.isNamespace(namespace)) {
        return NONE;
      }
      start = end;
    }
    return namespace;
  }

  isNamespace(node: number): boolean {
    return this.nodes.isNamespace(node);
  }

  /** Keys below a namespace. */
  keyCount(namespace: number): number {
    return this.nodes.keyCount(namespace);
  }

  /** Keys and namespaces that are a namespace's own children, and there. */
  childCount(namespace: number): number {
    return this.nodes.childCount(namespace);
  }

  /** The whole name of a node; a namespace's is its prefix. */
  path(node: number): RawKey {
    return this.nodes.path(node);
  }

  /** The last part of a node's name; a namespace's ends with `:`. */
  name(node: number): RawKey {
    return this.nodes.name(node);
  }

  /** Whether a node is a key that is there, or a namespace with keys, or one that is pinned. */
  isThere(node: number): boolean {
    return this.nodes.isNamespace(node)
      ? this.nodes.keyCount(node) > 0 || this.nodes.has(node, PINNED)
      : this.nodes.has(node, PRESENT);
  }

  /** The newest child of a namespace, there or not; the others follow by {@link next}. `-1` for none. */
  first(namespace: number): number {
    return this.nodes.first(namespace);
  }

  next(node: number): number {
    return this.nodes.next(node);
  }

  /** Whether a key is there. */
  has(key: RawKey): boolean {
    const node = this.findKey(key);
    return node !== NONE && this.nodes.has(node, PRESENT);
  }

  /** A key's node; `-1` when none is known. */
  findKey(key: RawKey): number {
    const start = this.walk(key, false);
    return start === NONE ? NONE : this.find(this.way[this.depth] as number, key, start, key.length);
  }

  /**
   * A key is there.
   *
   * @param scan that found it, by its number, which is larger for a later one.
   * @returns whether it was not there before.
   */
  add(key: RawKey, scan: number): boolean {
    const start = this.walk(key, true);
    const parent = this.way[this.depth] as number;
    const node = this.findOrAdd(parent, key, start, key.length, false);
    if (this.nodes.scan(node) < scan) {
      this.nodes.setScan(node, scan);
    }
    if (this.nodes.has(node, PRESENT)) {
      return false;
    }
    this.nodes.note(node, PRESENT, true);
    this.nodes.setChildCount(parent, this.nodes.childCount(parent) + 1);
    this.countAlong(1);
    this.tellAppeared(parent, node);
    return true;
  }

  /** A key is not there any more. @returns whether it was. */
  remove(key: RawKey): boolean {
    const node = this.findKey(key);
    if (node === NONE || !this.nodes.has(node, PRESENT)) {
      return false;
    }
    const parent = this.way[this.depth] as number;
    this.nodes.note(node, PRESENT, false);
    this.nodes.setChildCount(parent, this.nodes.childCount(parent) - 1);
    this.countAlong(-1);
    return true;
  }

  /** A namespace is to be shown whether there are keys in it or not, and those that it is in. @returns the namespace. */
  pin(prefix: RawKey): number {
    this.walk(prefix, true);
    for (let level = this.depth; level > 0; level--) {
      const namespace = this.way[level] as number;
      const wasThere = this.isThere(namespace);
      this.nodes.note(namespace, PINNED, true);
      if (!wasThere) {
        this.noteThere(namespace, true);
      }
    }
    return this.way[this.depth] as number;
  }

  /** Undoes {@link pin} of this namespace. */
  unpin(namespace: number): void {
    this.nodes.note(namespace, PINNED, false);
    if (!this.isThere(namespace)) {
      this.noteThere(namespace, false);
    }
  }

  /** Has the watcher told of what happens below a namespace, or no more. */
  watch(namespace: number, isWatched: boolean): void {
    this.nodes.note(namespace, WATCHED, isWatched);
  }

  /**
   * Takes away the keys below a namespace that no scan has found since `scan`. It yields after each few, so that it can be done in
   * parts.
   */
  *sweep(namespace: number, scan: number): Generator<void, void> {
    const waiting = [namespace];
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      for (let node = this.first(each); node !== NONE; node = this.next(node)) {
        if (this.nodes.isNamespace(node)) {
          if (this.keyCount(node) > 0) {
            waiting.push(node);
          }
        } else if (this.nodes.has(node, PRESENT) && this.nodes.scan(node) < scan) {
          this.remove(this.nodes.path(node));
        }
        yield;
      }
    }
  }

  /**
   * Follows a key through its namespaces, which {@link way} has afterwards.
   *
   * @param makes namespaces that are not known.
   * @returns where its last part begins; `-1` when it leads into a namespace that is not known.
   */
  private walk(key: RawKey, makes: boolean): number {
    this.goBackTo(key);
    let namespace = this.way[this.depth] as number;
    let start = this.ends[this.depth] as number;
    while (this.depth < MAX_DEPTH) {
      const end = key.indexOf(SEPARATOR, start) + 1;
      if (end === 0) {
        break;
      }
      namespace = makes ? this.findOrAdd(namespace, key, start, end, true) : this.find(namespace, key, start, end);
      if (namespace === NONE) {
        return NONE;
      }
      start = end;
      this.depth++;
      this.way[this.depth] = namespace;
      this.ends[this.depth] = end;
    }
    return start;
  }

  /** Names come one after the other that begin alike: what this one shares with the last is not looked for again. */
  private goBackTo(key: RawKey): void {
    const most = this.ends[this.depth] as number;
    let shared = 0;
    while (shared < most && key.charCodeAt(shared) === this.last.charCodeAt(shared)) {
      shared++;
    }
    while ((this.ends[this.depth] as number) > shared) {
      this.depth--;
    }
    this.last = key;
  }

  private find(parent: number, key: RawKey, start: number, end: number): number {
    return this.nodes.find(this.nodes.hash(parent, key, start, end), parent, key, start, end);
  }

  private findOrAdd(parent: number, key: RawKey, start: number, end: number, isNamespace: boolean): number {
    const hash = this.nodes.hash(parent, key, start, end);
    const node = this.nodes.find(hash, parent, key, start, end);
    return node === NONE ? this.nodes.add(hash, parent, key, start, end, isNamespace) : node;
  }

  /** A key came, or went, where the last walk led to. */
  private countAlong(by: 1 | -1): void {
    for (let level = this.depth; level >= 0; level--) {
      const namespace = this.way[level] as number;
      const count = this.nodes.keyCount(namespace) + by;
      this.nodes.setKeyCount(namespace, count);
      // The first one came, or the last one went.
      if (count === (by === 1 ? 1 : 0) && !this.nodes.has(namespace, PINNED)) {
        this.noteThere(namespace, by === 1);
      }
      this.tellChanged(namespace);
    }
  }

  /** A namespace came or went as a child of the one above. */
  private noteThere(namespace: number, isThere: boolean): void {
    const parent = this.nodes.parent(namespace);
    this.nodes.setChildCount(parent, this.nodes.childCount(parent) + (isThere ? 1 : -1));
    this.tellChanged(parent);
    if (isThere) {
      this.tellAppeared(parent, namespace);
    }
  }

  private tellAppeared(parent: number, node: number): void {
    if (this.nodes.has(parent, WATCHED)) {
      this.watcher.onAppear(parent, node);
    }
  }

  private tellChanged(namespace: number): void {
    if (this.nodes.has(namespace, WATCHED)) {
      this.watcher.onChange(namespace);
    }
  }
}
