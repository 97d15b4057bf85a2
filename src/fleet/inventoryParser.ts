import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { describeError } from '../base/errors';
import { DEFAULT_CREDENTIALS } from './credentials';
import type { InventoryProblem, InventorySnapshot, TextPosition } from './inventory';
import { treeWithoutPositions } from './jsonTree';
import { GLOBAL_TENANT, type Miner } from './miner';

const ROOT_FIELDS = ['$schema', 'defaults', 'miners'];
const DEFAULT_FIELDS = ['port', 'tls', 'credentials', 'tenant'];
const MINER_FIELDS = ['id', 'host', 'port', 'tenant', 'tags', 'tls', 'credentials'];
const LOGIN_FIELDS = ['username', 'user', 'password', 'token'];

const DEFAULT_PORT = 50_051;
const MAX_NAME_LENGTH = 200;

// Control characters and halves of surrogate pairs break lines and URIs; a URI swallows the dots.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const UNUSABLE_ID = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}|^\.\.?$/u;

/** Problems beyond this are not listed: a file that is no inventory at all has one for every line. */
const MAX_PROBLEMS = 100;

/**
 * Reads the text of an inventory (`fleet.json`). Never throws: whatever is wrong becomes a problem with its position, and
 * every entry that is right is used.
 *
 * @param maxProblems how many problems are listed.
 */
export function parseInventory(text: string, maxProblems = MAX_PROBLEMS): InventorySnapshot {
  // Some editors begin a file with a byte order mark.
  const bare = text.replace(/^\uFEFF/, '');
  const tree = treeWithoutPositions(bare);
  const snapshot = tree === undefined ? undefined : new Parser(bare, maxProblems).parseTree(tree);
  // Only a problem needs positions, which cost as much time as the rest of a start.
  return snapshot?.problems.length === 0 ? snapshot : new Parser(bare, maxProblems).parse();
}

class Parser {
  private readonly problems: InventoryProblem[] = [];
  private readonly lineStarts: number[];
  private errorCount = 0;

  constructor(
    private readonly text: string,
    private readonly maxProblems: number,
  ) {
    this.lineStarts = [0];
    for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) {
      this.lineStarts.push(index + 1);
    }
  }

  parse(): InventorySnapshot {
    if (this.text.trim() === '') {
      this.report('error', 0, 0, 'The file is empty. Write {"miners": [{"id": "m1", "host": "192.168.1.10"}]}.');
      return this.result([]);
    }
    const errors: ParseError[] = [];
    let root: Node | undefined;
    try {
      root = parseTree(this.text, errors, { disallowComments: true });
    } catch (error) {
      // The parser recurses; a few hundred thousand brackets exhaust the stack.
      this.report('error', 0, 0, `The file cannot be parsed: ${describeError(error)}.`);
      return this.result([]);
    }
    const first = errors[0];
    if (first !== undefined) {
      const what = printParseErrorCode(first.error)
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase();
      this.report('error', first.offset, first.length, `This is not JSON from here on (${what}).`);
    }
    return root === undefined ? this.result([]) : this.parseTree(root);
  }

  parseTree(root: Node): InventorySnapshot {
    if (root.type !== 'object') {
      this.reportNode('error', root, 'The inventory has to be an object: {"miners": […]}.');
      return this.result([]);
    }
    this.checkFields(root, ROOT_FIELDS);
    return this.result(this.parseMiners(root, this.parseDefaults(root)));
  }

  private parseDefaults(root: Node): Defaults {
    const node = property(root, 'defaults');
    const builtIn = { port: DEFAULT_PORT, tls: false, credentials: DEFAULT_CREDENTIALS, tenant: GLOBAL_TENANT };
    if (node === undefined) {
      return builtIn;
    }
    if (node.type !== 'object') {
      this.reportNode('error', node, '"defaults" has to be an object such as {"port": 50051}.');
      return builtIn;
    }
    this.checkFields(node, DEFAULT_FIELDS);
    return {
      port: this.port(node) ?? builtIn.port,
      tls: this.boolean(node, 'tls') ?? builtIn.tls,
      credentials: this.name(node, 'credentials') ?? builtIn.credentials,
      tenant: this.name(node, 'tenant') ?? builtIn.tenant,
    };
  }

  private parseMiners(root: Node, defaults: Defaults): Miner[] {
    const list = property(root, 'miners');
    if (list === undefined) {
      this.reportNode('error', root, 'There is no "miners". Add "miners": [{"id": "m1", "host": "192.168.1.10"}].');
      return [];
    }
    if (list.type !== 'array') {
      this.reportNode('error', list, '"miners" has to be a list: [{"id": "m1", "host": "192.168.1.10"}].');
      return [];
    }
    const byId = new Map<string, { readonly miner: Miner; readonly node: Node }>();
    for (const node of list.children ?? []) {
      const miner = this.parseMiner(node, defaults);
      if (miner === undefined) {
        continue;
      }
      const twin = byId.get(miner.id);
      if (twin === undefined) {
        byId.set(miner.id, { miner, node });
      } else {
        const line = this.position(twin.node.offset).line + 1;
        const message = `The id "${miner.id}" is taken by the miner in line ${line}. Give this one another id.`;
        this.reportNode('error', property(node, 'id') ?? node, message);
      }
    }
    return [...byId.values()].map(({ miner }) => miner);
  }

  /** The miner that an entry describes, or `undefined` when what it needs is missing or wrong. */
  private parseMiner(node: Node, defaults: Defaults): Miner | undefined {
    if (node.type !== 'object') {
      this.reportNode('error', node, 'A miner has to be an object such as {"id": "m1", "host": "192.168.1.10"}.');
      return undefined;
    }
    const errorsBefore = this.errorCount;
    this.checkFields(node, MINER_FIELDS);
    const id = this.id(node);
    const host = this.host(node);
    const miner = {
      port: this.port(node) ?? defaults.port,
      tenant: this.name(node, 'tenant') ?? defaults.tenant,
      tags: this.tags(node),
      tls: this.boolean(node, 'tls') ?? defaults.tls,
      credentials: this.name(node, 'credentials') ?? defaults.credentials,
    };
    // A wrong port or tenant is not replaced by the default: that could be another machine, or another's figures.
    const isWhole = this.errorCount === errorsBefore;
    return isWhole && id !== undefined && host !== undefined ? { id, host, ...miner } : undefined;
  }

  private id(parent: Node): string | undefined {
    const id = this.requiredName(parent, 'id');
    const node = property(parent, 'id');
    if (id === undefined || node === undefined) {
      return undefined;
    }
    if (UNUSABLE_ID.test(id)) {
      this.reportNode('error', node, `The id ${JSON.stringify(id)} cannot be shown or addressed. Write readable text.`);
      return undefined;
    }
    return id;
  }

  private requiredName(parent: Node, field: string): string | undefined {
    if (property(parent, field) === undefined) {
      this.reportNode('error', parent, `This miner has no "${field}". Add one.`);
      return undefined;
    }
    return this.name(parent, field);
  }

  private name(parent: Node, field: string): string | undefined {
    const node = property(parent, field);
    if (node === undefined) {
      return undefined;
    }
    const value: unknown = getNodeValue(node);
    if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_NAME_LENGTH) {
      const message = `"${field}" has to be text of 1 to ${MAX_NAME_LENGTH} characters, in quotes.`;
      this.reportNode('error', node, message);
      return undefined;
    }
    return value;
  }

  private host(parent: Node): string | undefined {
    const host = this.requiredName(parent, 'host');
    const node = property(parent, 'host');
    if (host === undefined || node === undefined) {
      return undefined;
    }
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (/^[^:/]+:\d+$/.test(host)) {
      const [name, port] = host.split(':');
      this.reportNode('error', node, `The host "${host}" contains a port. Write "host": "${name}", "port": ${port}.`);
      return undefined;
    }
    if (/[\s/@]/.test(host) || !/^[\p{L}\p{N}_.:%-]+$/u.test(bare)) {
      const message = `"${host}" is neither a host name nor an IP address. Write one such as "192.168.1.10".`;
      this.reportNode('error', node, message);
      return undefined;
    }
    return bare;
  }

  private port(parent: Node): number | undefined {
    const node = property(parent, 'port');
    if (node === undefined) {
      return undefined;
    }
    const value: unknown = getNodeValue(node);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_535) {
      const message = `The port ${JSON.stringify(value)} is not a TCP port. Write a number from 1 to 65535.`;
      this.reportNode('error', node, message);
      return undefined;
    }
    return value;
  }

  private boolean(parent: Node, field: string): boolean | undefined {
    const node = property(parent, field);
    if (node === undefined) {
      return undefined;
    }
    const value: unknown = getNodeValue(node);
    if (typeof value !== 'boolean') {
      this.reportNode('error', node, `"${field}" has to be true or false, without quotes.`);
      return undefined;
    }
    return value;
  }

  private tags(parent: Node): readonly string[] {
    const node = property(parent, 'tags');
    const value: unknown = node === undefined ? [] : getNodeValue(node);
    if (Array.isArray(value) && value.every((tag): tag is string => typeof tag === 'string' && tag !== '')) {
      return value;
    }
    this.reportNode('error', node ?? parent, '"tags" has to be a list of texts such as ["s19", "rack-3"].');
    return [];
  }

  private checkFields(node: Node, known: readonly string[]): void {
    for (const child of node.children ?? []) {
      const key = child.children?.[0];
      const name: unknown = key === undefined ? undefined : getNodeValue(key);
      if (key === undefined || typeof name !== 'string' || known.includes(name)) {
        continue;
      }
      const advice = LOGIN_FIELDS.includes(name)
        ? 'Logins do not belong in this file. Name one with "credentials", and set it with “Fleet Cache: Set Miner Login…”.'
        : `Fields here are: ${known.filter((field) => field !== '$schema').join(', ')}.`;
      this.reportNode('warning', key, `The field "${name}" is unknown and ignored. ${advice}`);
    }
  }

  private reportNode(severity: InventoryProblem['severity'], node: Node, message: string): void {
    this.report(severity, node.offset, node.length, message);
  }

  private report(severity: InventoryProblem['severity'], offset: number, length: number, message: string): void {
    this.errorCount += severity === 'error' ? 1 : 0;
    this.problems.push({ severity, message, start: this.position(offset), end: this.position(offset + length) });
  }

  private position(offset: number): TextPosition {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (this.lineStarts[low] as number) };
  }

  private result(miners: readonly Miner[]): InventorySnapshot {
    return { miners, problems: this.problems.slice(0, this.maxProblems) };
  }
}

interface Defaults {
  readonly port: number;
  readonly tls: boolean;
  readonly credentials: string;
  readonly tenant: string;
}

/** The value of a field; of a field that stands twice the last one counts, as in every JSON parser. */
function property(node: Node, name: string): Node | undefined {
  const found = node.children?.findLast((child) => child.children?.[0]?.value === name);
  return found?.children?.[1];
}
