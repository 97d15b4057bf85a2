import { randomInt } from 'node:crypto';
import { NONE, NodeTable, slotAfter, slotOf } from './nodeTable';

/** Words of 32 bits in a chunk. A record is in one of them as a whole. */
const CHUNK_BITS = 14;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const IN_CHUNK = CHUNK_WORDS - 1;

/** Longer names are kept elsewhere: they would leave too much of a chunk empty. In bytes. */
const LONGEST_NAME = 4_096;

// The words of a record. Its name follows.
const PARENT = 0;
const NEXT = 1;
/** The length of the name in its lower half, and flags. */
const META = 2;
/** Of a key the last scan that found it, of a namespace its newest child. */
const SCAN = 3;
const FIRST = 3;
const KEY_WORDS = 4;
const KEYS = 4;
const CHILDREN = 5;
const NAMESPACE_WORDS = 6;

const LENGTH = 0xffff;
const IS_NAMESPACE = 0x1_0000;
const IS_LONG = 0x2_0000;

/** What can be noted of a node. */
export const PRESENT = 0x4_0000;
export const PINNED = 0x8_0000;
export const WATCHED = 0x10_0000;

/**
 * The nodes of a tree of keys and namespaces, each with a name that is unique among those of its parent. A node is the number of
 * the word where its record begins; all of it is beside each other, for what takes time is to fetch what is apart. A million objects
 * would take some hundred bytes each, and the collector as long as it takes to visit them.
 */
export class KeyNodes {
  private readonly words: Int32Array[] = [];
  /** The same memory. */
  private readonly bytes: Buffer[] = [];
  private used = CHUNK_WORDS;
  private readonly longNames = new Map<number, string>();
  private readonly table = new NodeTable();
  /** Unknown to whoever names keys, so that nobody can choose names that all have one hash. */
  private readonly seed = randomInt(2 ** 31);
  /** The namespace that all others are below. */
  readonly root: number;

  constructor() {
    this.root = this.record(NONE, new Uint8Array(), 0, 0, NONE, true);
  }

  /** Bytes that the records take. */
  get size(): number {
    return this.words.length * CHUNK_WORDS * 4;
  }

  parent(node: number): number {
    return this.word(node, PARENT);
  }

  /** The child of the same parent that came before; `-1` after the oldest. */
  next(node: number): number {
    return this.word(node, NEXT);
  }

  isNamespace(node: number): boolean {
    return (this.word(node, META) & IS_NAMESPACE) !== 0;
  }

  has(node: number, flag: number): boolean {
    return (this.word(node, META) & flag) !== 0;
  }

  note(node: number, flag: number, is: boolean): void {
    const meta = this.word(node, META);
    this.setWord(node, META, is ? meta | flag : meta & ~flag);
  }

  /** The last scan that found a key; 0 at first. */
  scan(key: number): number {
    return this.word(key, SCAN);
  }

  /** Notes that a key is there, as this scan or one before has found. @returns whether it was not before. */
  see(key: number, scan: number): boolean {
    const words = this.words[key >>> CHUNK_BITS] as Int32Array;
    const at = key & IN_CHUNK;
    if ((words[at + SCAN] as number) < scan) {
      words[at + SCAN] = scan;
    }
    const meta = words[at + META] as number;
    words[at + META] = meta | PRESENT;
    return (meta & PRESENT) === 0;
  }

  /** The newest child of a namespace; `-1` when there is none. */
  first(namespace: number): number {
    return this.word(namespace, FIRST);
  }

  /** Keys below a namespace. */
  keyCount(namespace: number): number {
    return this.word(namespace, KEYS);
  }

  setKeyCount(namespace: number, count: number): void {
    this.setWord(namespace, KEYS, count);
  }

  /** Children of a namespace that are there. */
  childCount(namespace: number): number {
    return this.word(namespace, CHILDREN);
  }

  setChildCount(namespace: number, count: number): void {
    this.setWord(namespace, CHILDREN, count);
  }

  name(node: number): string {
    const meta = this.word(node, META);
    if ((meta & IS_LONG) !== 0) {
      return this.longNames.get(node) as string;
    }
    const at = nameAt(node, meta);
    return (this.bytes[node >>> CHUNK_BITS] as Buffer).toString('latin1', at, at + (meta & LENGTH));
  }

  /** Names from the root on. */
  path(node: number): string {
    let path = '';
    for (let each = node; each !== NONE; each = this.parent(each)) {
      path = this.name(each) + path;
    }
    return path;
  }

  /**
   * The child of a namespace whose name is the part of `bytes` from `start` to before `end`; `-1` when there is none.
   *
   * @param hash of {@link hash} for the same.
   */
  find(hash: number, parent: number, bytes: Uint8Array, start: number, end: number): number {
    const table = this.table.tableOf(hash);
    for (let slot = slotOf(table, hash); ; slot = slotAfter(table, slot)) {
      const node = table[slot] as number;
      if (node === NONE || (table[slot + 1] === hash && this.is(node, parent, bytes, start, end))) {
        return node;
      }
    }
  }

  /** Makes a child that {@link find} did not find. */
  add(hash: number, parent: number, bytes: Uint8Array, start: number, end: number, isNamespace: boolean): number {
    const node = this.record(parent, bytes, start, end, this.first(parent), isNamespace);
    this.setWord(parent, FIRST, node);
    this.table.add(node, hash);
    return node;
  }

  /** FNV-1a from a start that the parent decides, with its bits mixed well enough for both ends to be used. */
  hash(parent: number, bytes: Uint8Array, start: number, end: number): number {
    let hash = Math.imul(this.seed ^ parent, 0x9e37_79b1);
    for (let index = start; index < end; index++) {
      hash = Math.imul(hash ^ (bytes[index] as number), 0x0100_0193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  }

  private is(node: number, parent: number, bytes: Uint8Array, start: number, end: number): boolean {
    const words = this.words[node >>> CHUNK_BITS] as Int32Array;
    const at = node & IN_CHUNK;
    const meta = words[at + META] as number;
    if (words[at + PARENT] !== parent) {
      return false;
    }
    if ((meta & IS_LONG) !== 0) {
      return this.longNames.get(node) === textOf(bytes, start, end);
    }
    if ((meta & LENGTH) !== end - start) {
      return false;
    }
    const names = this.bytes[node >>> CHUNK_BITS] as Buffer;
    const name = nameAt(node, meta) - start;
    for (let index = start; index < end; index++) {
      if (names[name + index] !== bytes[index]) {
        return false;
      }
    }
    return true;
  }

  private record(
    parent: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    next: number,
    isNamespace: boolean,
  ): number {
    const isLong = end - start > LONGEST_NAME;
    const length = isLong ? 0 : end - start;
    const size = (isNamespace ? NAMESPACE_WORDS : KEY_WORDS) + ((length + 3) >>> 2);
    if (this.used + size > CHUNK_WORDS) {
      const words = new Int32Array(CHUNK_WORDS);
      this.words.push(words);
      this.bytes.push(Buffer.from(words.buffer));
      this.used = 0;
    }
    const node = (this.words.length - 1) * CHUNK_WORDS + this.used;
    this.used += size;
    const meta = length | (isNamespace ? IS_NAMESPACE : 0) | (isLong ? IS_LONG : 0);
    this.setWord(node, PARENT, parent);
    this.setWord(node, NEXT, next);
    this.setWord(node, META, meta);
    if (isNamespace) {
      this.setWord(node, FIRST, NONE);
    }
    if (isLong) {
      this.longNames.set(node, textOf(bytes, start, end));
    }
    const names = this.bytes[this.bytes.length - 1] as Buffer;
    const name = nameAt(node, meta);
    for (let index = 0; index < length; index++) {
      names[name + index] = bytes[start + index] as number;
    }
    return node;
  }

  private word(node: number, word: number): number {
    return (this.words[node >>> CHUNK_BITS] as Int32Array)[(node & IN_CHUNK) + word] as number;
  }

  private setWord(node: number, word: number, value: number): void {
    (this.words[node >>> CHUNK_BITS] as Int32Array)[(node & IN_CHUNK) + word] = value;
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** Where in its chunk the name of a node begins, in bytes. */
function nameAt(node: number, meta: number): number {
  return ((node & IN_CHUNK) + ((meta & IS_NAMESPACE) === 0 ? KEY_WORDS : NAMESPACE_WORDS)) << 2;
}
