import type { KeyValue, RawKey, ValueContent, ValuePage, ValuePart } from '../cache/keyBrowser';
import { type KeyCommand, type KeyCommands, type KeyReply, keyBytes } from './keyCommands';
import type { KeyFactsReader } from './keyFacts';

/** Bytes of a string in one page, unless asked for otherwise, and at most. */
const STRING_BYTES = { usual: 64 * 1024, most: 1024 * 1024 };

/** Elements of a collection in one page, unless asked for otherwise, and at most. */
const ELEMENTS = { usual: 200, most: 1_000 };

/** The same where the login may not ask how much memory they take. */
const UNMEASURED_ELEMENTS = { usual: 50, most: 50 };

/** Bytes of one element that are shown. */
const MAX_PART_BYTES = 16 * 1024;

/** A page of a collection is made smaller until it is estimated to have no more bytes. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** A JSON value can only be had whole; beyond this it is not asked for. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** What one page of a value came to. */
interface Page {
  readonly content: ValueContent;
  readonly next?: string | undefined;
  readonly length?: number | undefined;
  readonly note?: string | undefined;
}

interface PageRequest {
  readonly key: Buffer;
  readonly from: string | undefined;
  readonly count: number;
  /** Elements of the whole collection. */
  readonly length: number | undefined;
}

/** Reads values page by page, so that none is too large for the connection that others read over. */
export class KeyValueReader {
  constructor(
    private readonly commands: KeyCommands,
    private readonly facts: KeyFactsReader,
  ) {}

  /** `undefined` when the key is not there. @throws {StoreError} */
  async read(raw: RawKey, { from, count }: ValuePage = {}): Promise<KeyValue | undefined> {
    const [facts] = (await this.facts.describe([raw])).facts;
    if (facts === undefined) {
      return undefined;
    }
    const { type, ttlMs, elements, sizeBytes } = facts;
    const key = keyBytes(raw);
    const length = elements ?? sizeBytes;
    if (type === 'string') {
      const bytes = within(count, STRING_BYTES);
      return { ttlMs, length, ...whole(await this.string({ key, from, count: bytes, length })) };
    }
    if (type === 'json') {
      return { ttlMs, length: undefined, ...whole(await this.json(key)) };
    }
    const wanted = within(count, sizeBytes === undefined ? UNMEASURED_ELEMENTS : ELEMENTS);
    const perElement = elements === undefined || sizeBytes === undefined ? 0 : sizeBytes / Math.max(1, elements);
    if (perElement > MAX_PAGE_BYTES) {
      return { ttlMs, length, ...whole(tooLarge(type, perElement)) };
    }
    const fitting = Math.max(1, Math.min(wanted, Math.floor(MAX_PAGE_BYTES / Math.max(1, perElement))));
    return { ttlMs, length, ...whole(await this.collection(type, { key, from, count: fitting, length })) };
  }

  private async string({ key, from, count, length = 0 }: PageRequest): Promise<Page> {
    const offset = positionOf(from);
    const reply = await this.ask({ name: 'GETRANGE', key, args: [offset, offset + count - 1] });
    const bytes = Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
    const end = offset + bytes.length;
    const omitted = Math.max(0, length - end);
    return {
      content: { type: 'string', offset, part: { bytes, omitted } },
      next: omitted > 0 && bytes.length > 0 ? String(end) : undefined,
    };
  }

  private async json(key: Buffer): Promise<Page> {
    const [size] = await this.commands.run([{ name: 'JSON.DEBUG MEMORY', key }]);
    if (typeof size === 'number' && size > MAX_JSON_BYTES) {
      return tooLarge('json', size);
    }
    const reply = await this.ask({ name: 'JSON.GET', key });
    const bytes = Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
    return { content: { type: 'json', part: { bytes, omitted: 0 } }, length: bytes.length };
  }

  private collection(type: string | undefined, request: PageRequest): Promise<Page> | Page {
    switch (type) {
      case 'hash':
        return this.scanned('HSCAN', request, (items) => ({ type: 'hash', fields: pairs(items) }));
      case 'set':
        return this.scanned('SSCAN', request, (items) => ({ type: 'set', members: items.map(partOf) }));
      case 'list':
        return this.ranged('LRANGE', request, [], (elements, offset) => ({
          type: 'list',
          offset,
          elements: elements.map(partOf),
        }));
      case 'zset':
        return this.ranged('ZRANGE', request, ['WITHSCORES'], (items) => ({ type: 'zset', members: scored(items) }));
      case 'stream':
        return this.stream(request);
      default:
        return {
          content: { type: 'other', name: type ?? 'unknown' },
          note:
            type === undefined
              ? 'The login may not ask for the type of this key.'
              : `Values of the type ${type} are a module's, and cannot be shown.`,
        };
    }
  }

  private async scanned(
    name: 'HSCAN' | 'SSCAN',
    { key, from = '0', count }: PageRequest,
    contentOf: (items: readonly KeyReply[]) => ValueContent,
  ): Promise<Page> {
    const reply = await this.ask({ name, key, args: [from, 'COUNT', count] });
    const [cursor, items] = Array.isArray(reply) ? (reply as readonly KeyReply[]) : [];
    const next = textOf(cursor);
    return { content: contentOf(listOf(items)), next: next === '0' || next === '' ? undefined : next };
  }

  private async ranged(
    name: 'LRANGE' | 'ZRANGE',
    { key, from, count, length }: PageRequest,
    options: readonly string[],
    contentOf: (items: readonly KeyReply[], offset: number) => ValueContent,
  ): Promise<Page> {
    const offset = positionOf(from);
    const items = listOf(await this.ask({ name, key, args: [offset, offset + count - 1, ...options] }));
    const end = offset + count;
    const isMore = items.length > 0 && (length === undefined || end < length);
    return { content: contentOf(items, offset), next: isMore ? String(end) : undefined };
  }

  private async stream({ key, from, count }: PageRequest): Promise<Page> {
    const start = from === undefined ? '-' : `(${from}`;
    const reply = listOf(await this.ask({ name: 'XRANGE', key, args: [start, '+', 'COUNT', count] }));
    const records = reply.map((record) => {
      const [id, fields] = listOf(record);
      return { id: textOf(id), fields: pairs(listOf(fields)) };
    });
    return { content: { type: 'stream', records }, next: records.length < count ? undefined : records.at(-1)?.id };
  }

  private async ask(command: KeyCommand): Promise<KeyReply> {
    return (await this.commands.demand([command]))[0];
  }
}

function whole({ content, next, note, ...rest }: Page): Pick<KeyValue, 'content' | 'next' | 'note'> {
  return { content, next, note, ...rest };
}

function tooLarge(type: string | undefined, bytes: number): Page {
  const what = type === 'json' ? 'The value takes' : 'An element takes on average';
  return {
    content: { type: 'other', name: type ?? 'unknown' },
    note: `${what} ${Math.round(bytes / 1024 / 1024)} MiB, which is too large to be shown.`,
  };
}

function within(count: number | undefined, { usual, most }: { readonly usual: number; readonly most: number }): number {
  return Math.min(most, Math.max(1, Math.floor(count ?? usual)));
}

function positionOf(from: string | undefined): number {
  const position = Number(from ?? 0);
  return Number.isSafeInteger(position) && position > 0 ? position : 0;
}

function partOf(reply: KeyReply): ValuePart {
  const bytes = Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
  // Copied, so that the end that is left out is not kept.
  return bytes.length <= MAX_PART_BYTES
    ? { bytes, omitted: 0 }
    : { bytes: Buffer.from(bytes.subarray(0, MAX_PART_BYTES)), omitted: bytes.length - MAX_PART_BYTES };
}

function pairs(items: readonly KeyReply[]): { readonly name: ValuePart; readonly value: ValuePart }[] {
  return everyOther(items).map(([name, value]) => ({ name: partOf(name), value: partOf(value) }));
}

/** Members with their scores: in pairs by the newer protocol, one after the other by the older one. */
function scored(items: readonly KeyReply[]): { readonly member: ValuePart; readonly score: number }[] {
  const isPaired = items.some((item) => Array.isArray(item));
  const all = isPaired ? items.map((item) => listOf(item)) : everyOther(items);
  return all.map(([member, score]) => ({ member: partOf(member), score: scoreOf(score) }));
}

function everyOther(items: readonly KeyReply[]): (readonly [KeyReply, KeyReply])[] {
  return Array.from({ length: Math.floor(items.length / 2) }, (_, index) => [items[2 * index], items[2 * index + 1]]);
}

/** Redis says `inf` and `-inf`. */
function scoreOf(reply: KeyReply): number {
  return typeof reply === 'number' ? reply : Number(textOf(reply).replace('inf', 'Infinity'));
}

function listOf(reply: KeyReply): readonly KeyReply[] {
  return Array.isArray(reply) ? (reply as readonly KeyReply[]) : [];
}

function textOf(reply: KeyReply): string {
  return Buffer.isBuffer(reply) ? reply.toString() : '';
}
