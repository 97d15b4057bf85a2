import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser';
import { ConfigurationError } from '../base/errors';
import { parseInventory } from './inventoryParser';
import { type Miner, minerAddress } from './miner';

/** A miner as it is written into an inventory; what is absent is the inventory's default. */
export interface MinerEntry {
  readonly id: string;
  readonly host: string;
  readonly port?: number;
  readonly tenant?: string;
  readonly tags?: readonly string[];
  readonly tls?: boolean;
  readonly credentials?: string;
}

/** What adding miners to an inventory would do. */
export interface MergePlan {
  /** The inventory with the miners that are new, and else as it was, comments included. */
  readonly text: string;
  readonly added: readonly MinerEntry[];
  /** Miners that are listed already, and stay as they are. */
  readonly duplicates: readonly Duplicate[];
}

export interface Duplicate {
  readonly entry: MinerEntry;
  /** The miner that has the same id, or else the same address. */
  readonly listed: Miner;
  readonly by: 'id' | 'address';
}

/** An inventory without miners. */
export const EMPTY_INVENTORY = '{\n  "miners": []\n}\n';

/**
 * Plans to add miners at the end of an inventory. Changes nothing.
 *
 * @param text of the inventory; empty for one that is not there yet.
 * @throws {ConfigurationError} when the text is not JSON, so that nobody knows where to add anything.
 */
export function planMerge(text: string, entries: readonly MinerEntry[]): MergePlan {
  const base = text.trim() === '' ? EMPTY_INVENTORY : text;
  requireJson(base);
  const { miners } = parseInventory(base);
  const byId = new Map(miners.map((miner) => [miner.id, miner]));
  const byAddress = new Map(miners.map((miner) => [minerAddress(miner), miner]));
  const added: MinerEntry[] = [];
  const duplicates: Duplicate[] = [];
  for (const { entry, miner } of withDefaults(base, entries)) {
    const sameId = byId.get(entry.id);
    const listed = sameId ?? byAddress.get(minerAddress(miner));
    if (listed === undefined) {
      added.push(entry);
      byId.set(entry.id, miner);
      byAddress.set(minerAddress(miner), miner);
    } else {
      duplicates.push({ entry, listed, by: sameId === undefined ? 'address' : 'id' });
    }
  }
  return { text: added.length === 0 ? text : insert(base, added), added, duplicates };
}

/** Port and TLS of miners that name none. @param text of the inventory, whatever it is. */
export function inventoryDefaults(text: string): { readonly port: number; readonly tls: boolean } {
  const isJson = parseTree(text)?.type === 'object';
  const [first] = withDefaults(isJson ? text : EMPTY_INVENTORY, [{ id: 'any', host: 'any' }]);
  return { port: first?.miner.port ?? 0, tls: first?.miner.tls ?? false };
}

/** @throws {ConfigurationError} */
function requireJson(text: string): void {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors);
  const [first] = errors;
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new ConfigurationError(`The list of miners is not JSON in line ${line}. Mend it first; nothing was added.`);
  }
  const list = root && findNodeAtLocation(root, ['miners']);
  if (root?.type !== 'object' || (list !== undefined && list.type !== 'array')) {
    throw new ConfigurationError('The list of miners has to be {"miners": […]}. Mend it first; nothing was added.');
  }
}

/** Each entry with the miner that it is under the inventory's defaults. */
function withDefaults(text: string, entries: readonly MinerEntry[]): { entry: MinerEntry; miner: Miner }[] {
  const { defaults } = getNodeValue(parseTree(text) as Node) as { readonly defaults?: unknown };
  return entries.flatMap((entry) => {
    const [miner] = parseInventory(JSON.stringify({ defaults, miners: [entry] })).miners;
    return miner === undefined ? [] : [{ entry, miner }];
  });
}

/** Adds entries behind the last one, a line each, as the lines before them are indented. */
function insert(text: string, entries: readonly MinerEntry[]): string {
  const root = parseTree(text) as Node;
  const list = findNodeAtLocation(root, ['miners']);
  if (list === undefined) {
    const formattingOptions = { insertSpaces: true, tabSize: 2, eol: eolOf(text) };
    return insert(applyEdits(text, modify(text, ['miners'], [], { formattingOptions })), entries);
  }
  const eol = eolOf(text);
  const close = list.offset + list.length - 1;
  const last = list.children?.at(-1);
  const outer = indentOf(text, list.offset);
  const inner = last !== undefined && startsLine(text, last.offset) ? indentOf(text, last.offset) : `${outer}  `;
  const lines = entries.map((entry) => `${eol}${inner}${format(entry)}`).join(',');
  // Behind what stands before the bracket, such as a comment on the last miner.
  const end = text.slice(0, close).trimEnd().length;
  const rest = text.slice(end, close).includes('\n') ? text.slice(end) : `${eol}${outer}${text.slice(close)}`;
  if (last === undefined) {
    return `${text.slice(0, end)}${lines}${rest}`;
  }
  const afterLast = last.offset + last.length;
  return `${text.slice(0, afterLast)},${text.slice(afterLast, end)}${lines}${rest}`;
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** White space at the beginning of the line that a position is in. */
function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function startsLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** `{ "id": "m1", "host": "192.168.1.10", "tags": ["s19"] }` */
function format(entry: MinerEntry): string {
  const fields = Object.entries(entry).map(([name, value]) => `${JSON.stringify(name)}: ${formatValue(value)}`);
  return `{ ${fields.join(', ')} }`;
}

function formatValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);
}
