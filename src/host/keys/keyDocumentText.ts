import type { KeyValue, ValueContent, ValuePart } from '../../cache/keyBrowser';
import type { DescribedKey } from '../../service/keyLevels';
import { formatBytes, formatCount } from '../format';
import { describeElements, keyTooltip } from '../views/keyText';
import { hexDump } from './hexDump';
import { isText, partText, textOf } from './valueText';

/** What a document shows of a key. */
export interface KeyDocumentText {
  readonly text: string;
  /** What is shown and what is not, such as `fields 1 to 500 of 12,000`. */
  readonly shown: string;
}

/** An entry: what its envelope says, what its generations make of it, and its data, as one JSON object. */
export function entryDocument(key: DescribedKey, data: unknown, now: number): string {
  const { entry, ttlMs, describedAt } = key;
  return `${JSON.stringify(
    {
      key: key.shown,
      dataset: key.dataset,
      miner: key.minerId,
      tenant: key.tenant,
      state: key.freshness,
      fetchedAt: entry === undefined ? undefined : new Date(entry.fetchedAt).toISOString(),
      ageMs: entry === undefined ? undefined : Math.max(0, Math.round(now - entry.fetchedAt)),
      ttlS: entry?.ttlS,
      expiresInMs: typeof ttlMs === 'number' ? Math.round(ttlMs - (now - describedAt)) : ttlMs,
      costMs: entry?.costMs,
      writtenBy: entry?.by,
      generations: entry?.generations,
      sizeBytes: key.sizeBytes,
      data,
    },
    undefined,
    2,
  )}\n`;
}

/**
 * Any other value: what is known of the key in comments, then the pages that were read.
 *
 * @param pages in their order, all of one type.
 * @param now in ms since the epoch.
 */
export function valueDocument(key: DescribedKey, pages: readonly KeyValue[], now: number): KeyDocumentText {
  const [first] = pages;
  const contents = pages.map(({ content }) => content);
  const notes = [...new Set(pages.flatMap(({ note }) => note ?? []))];
  const shown = first === undefined ? '' : describeShown(first, contents);
  const body = bodyOf(contents, pages.at(-1)?.next !== undefined);
  const header = [keyTooltip(key, now), shown, body.note, ...notes].filter((line) => line !== undefined && line !== '');
  const comments = header
    .join('\n')
    .split('\n')
    .map((line) => `// ${line}`);
  return { text: `${comments.join('\n')}\n\n${body.text}\n`, shown };
}

/** The pages of a value alone, as far as they were read. */
export function valueBody(pages: readonly KeyValue[]): string {
  return bodyOf(
    pages.map(({ content }) => content),
    pages.at(-1)?.next !== undefined,
  ).text;
}

function describeShown({ length }: KeyValue, contents: readonly ValueContent[]): string {
  const [first] = contents;
  if (first === undefined || first.type === 'other') {
    return '';
  }
  const count = contents.reduce((sum, content) => sum + countOf(content), 0);
  if (first.type === 'string' || first.type === 'json') {
    return length === undefined || count >= length
      ? ''
      : `Shown: the first ${formatBytes(count)} of ${formatBytes(length)}`;
  }
  if (length === undefined || count >= length) {
    return `Shown: ${describeElements(first.type, count)}`;
  }
  return `Shown: ${formatCount(count)} of ${describeElements(first.type, length)}`;
}

/** Elements, or bytes. */
function countOf(content: ValueContent): number {
  switch (content.type) {
    case 'string':
    case 'json':
      return content.part.bytes.length;
    case 'hash':
      return content.fields.length;
    case 'list':
      return content.elements.length;
    case 'set':
    case 'zset':
      return content.members.length;
    case 'stream':
      return content.records.length;
    case 'other':
      return 0;
  }
}

function bodyOf(contents: readonly ValueContent[], isCut: boolean): { readonly text: string; readonly note?: string } {
  const [first] = contents;
  if (first === undefined || first.type === 'other') {
    return { text: '' };
  }
  if (first.type === 'string' || first.type === 'json') {
    const parts = contents.flatMap((content) => ('part' in content ? [content.part] : []));
    return blobBody(parts, isCut || (parts.at(-1)?.omitted ?? 0) > 0, first.type === 'json');
  }
  const parts = contents.flatMap(partsOf);
  const lines = contents.flatMap(linesOf);
  const [open, close] = first.type === 'hash' ? ['{', '}'] : ['[', ']'];
  const text =
    lines.length === 0 ? `${open}${close}` : `${open}\n${lines.map((line) => `  ${line}`).join(',\n')}\n${close}`;
  return parts.every(isText) ? { text } : { text, note: 'Bytes that are no text are shown as \\x00.' };
}

function blobBody(parts: readonly ValuePart[], isCut: boolean, isJson: boolean): { text: string; note?: string } {
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const text = textOf(bytes, isCut);
  if (text === undefined) {
    return { text: hexDump(bytes), note: 'The value is binary: shown are offset, bytes in hexadecimal, and ASCII.' };
  }
  return { text: isJson ? prettyJson(text) : text };
}

/** A text that is cut, or is no JSON, as it is. */
function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** A line for each element, as JSON. */
function linesOf(content: ValueContent): readonly string[] {
  const json = (part: ValuePart) => JSON.stringify(partText(part));
  switch (content.type) {
    case 'hash':
      return content.fields.map(({ name, value }) => `${json(name)}: ${json(value)}`);
    case 'list':
      return content.elements.map(json);
    case 'set':
      return content.members.map(json);
    case 'zset':
      return content.members.map(({ member, score }) => `{ "score": ${scoreText(score)}, "member": ${json(member)} }`);
    case 'stream':
      return content.records.map(({ id, fields }) => {
        const pairs = fields.map(({ name, value }) => `${json(name)}: ${json(value)}`);
        return `{ "id": ${JSON.stringify(id)}, "fields": { ${pairs.join(', ')} } }`;
      });
    default:
      return [];
  }
}

function partsOf(content: ValueContent): readonly ValuePart[] {
  switch (content.type) {
    case 'hash':
      return content.fields.flatMap(({ name, value }) => [name, value]);
    case 'list':
      return content.elements;
    case 'set':
      return content.members;
    case 'zset':
      return content.members.map(({ member }) => member);
    case 'stream':
      return content.records.flatMap(({ fields }) => fields.flatMap(({ name, value }) => [name, value]));
    default:
      return [];
  }
}

/** JSON has no infinite numbers, and scores may be. */
function scoreText(score: number): string {
  return Number.isFinite(score) ? String(score) : JSON.stringify(String(score));
}
