import type { RawKey } from '../cache/keyBrowser';
import { KeyNodes, PINNED, PRESENT, WATCHED } from './keyNodes';

/** What separates the parts of a name: `:`. */
const SEPARATOR = 0x3a;

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
  private bytes: Uint8Array = new Uint8Array();
  private readonly way = new Int32Array(MAX_DEPTH + 1);
  private readonly ends = new Int32Array(MAX_DEPTH + 1);
  private depth = 0;
  /** Keys that came below each of these namespaces, and are not counted yet in it and those above. */
  private readonly came = new Int32Array(MAX_DEPTH + 1);

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
    return this.walk(bytesOf(prefix), false) === prefix.length ? (this.way[this.depth] as number) : NONE;
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
    const start = this.walk(bytesOf(key), false);
    return start === NONE ? NONE : this.find(this.way[this.depth] as number, start, key.length);
  }

  /**
   * Keys are there.
   *
   * @param keys as Redis sent them, or by name.
   * @param scan that found them, by its number, which is larger for a later one.
   */
  add(keys: readonly (Uint8Array | RawKey)[], scan: number): void {
    for (const key of keys) {
      const start = this.walk(typeof key === 'string' ? bytesOf(key) : key, true);
      const parent = this.way[this.depth] as number;
      const node = this.findOrAdd(parent, start, key.length, false);
      if (this.nodes.see(node, scan)) {
        this.nodes.setChildCount(parent, this.nodes.childCount(parent) + 1);
        this.came[this.depth] = (this.came[this.depth] as number) + 1;
        this.tellAppeared(parent, node);
      }
    }
    for (let level = this.depth; level >= 0; level--) {
      this.countCame(level);
    }
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
    for (let level = this.depth; level >= 0; level--) {
      this.count(this.way[level] as number, -1);
    }
    return true;
  }

  /** A namespace is to be shown whether there are keys in it or not, and those that it is in. @returns the namespace. */
  pin(prefix: RawKey): number {
    this.walk(bytesOf(prefix), true);
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
  private walk(key: Uint8Array, makes: boolean): number {
    this.take(key);
    let namespace = this.way[this.depth] as number;
    let start = this.ends[this.depth] as number;
    for (let end = start + 1; end <= key.length && this.depth < MAX_DEPTH; end++) {
      if (key[end - 1] === SEPARATOR) {
        namespace = makes ? this.findOrAdd(namespace, start, end, true) : this.find(namespace, start, end);
        if (namespace === NONE) {
          return NONE;
        }
        start = end;
        this.depth++;
        this.way[this.depth] = namespace;
        this.ends[this.depth] = end;
      }
    }
    return start;
  }

  /**
   * Makes a key the one that is followed. Names come one after the other that begin alike: the namespaces that this one shares with
   * the last are not looked for again.
   */
  private take(key: Uint8Array): void {
    const most = this.ends[this.depth] as number;
    let shared = 0;
    while (shared < most && key[shared] === this.bytes[shared]) {
      shared++;
    }
    while ((this.ends[this.depth] as number) > shared) {
      this.countCame(this.depth);
      this.depth--;
    }
    this.bytes = key;
  }

  private find(parent: number, start: number, end: number): number {
    return this.nodes.find(this.nodes.hash(parent, this.bytes, start, end), parent, this.bytes, start, end);
  }

  private findOrAdd(parent: number, start: number, end: number, isNamespace: boolean): number {
    const hash = this.nodes.hash(parent, this.bytes, start, end);
    const node = this.nodes.find(hash, parent, this.bytes, start, end);
    return node === NONE ? this.nodes.add(hash, parent, this.bytes, start, end, isNamespace) : node;
  }

  /** Counts the keys that came below one of the namespaces on the way; for the one above it they are still to be counted. */
  private countCame(level: number): void {
    const came = this.came[level] as number;
    if (came > 0) {
      this.came[level] = 0;
      if (level > 0) {
        this.came[level - 1] = (this.came[level - 1] as number) + came;
      }
      this.count(this.way[level] as number, came);
    }
  }

  /** Keys came, or went, below a namespace. */
  private count(namespace: number, by: number): void {
    const before = this.nodes.keyCount(namespace);
    const after = before + by;
    this.nodes.setKeyCount(namespace, after);
    if (before > 0 !== after > 0 && !this.nodes.has(namespace, PINNED)) {
      this.noteThere(namespace, after > 0);
    }
    this.tellChanged(namespace);
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

function bytesOf(name: RawKey): Uint8Array {
  return Buffer.from(name, 'latin1');
}
