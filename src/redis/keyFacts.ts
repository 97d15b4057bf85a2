import { ENTRY_ENDS, type EntryHeader, headerOf, type NoEntry, parseEntry, parseEntryEnds } from '../cache/entry';
import type { KeyDescriptions, KeyFacts, KeyType, RawKey } from '../cache/keyBrowser';
import { isEntryKey } from '../cache/keys';
import { type KeyCommand, type KeyCommands, type KeyReply, keyBytes } from './keyCommands';

/** Keys that are asked for in one step. */
const KEYS_PER_STEP = 250;

/** What does not look like an entry is read whole up to this many bytes, to say what it is instead. */
const MAX_JUDGED_BYTES = 64 * 1024;

/** How many elements a key of a type has, by the command that tells; a string has bytes. */
export const LENGTH_COMMANDS: Readonly<Record<string, string>> = {
  string: 'STRLEN',
  hash: 'HLEN',
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  stream: 'XLEN',
};

/** A key with what was found out so far. */
interface Described {
  readonly key: Buffer;
  readonly isEntryKey: boolean;
  facts: KeyFacts;
}

/** Tells what is known of keys without reading their values, in two round trips. */
export class KeyFactsReader {
  constructor(private readonly commands: KeyCommands) {}

  /** @throws {StoreError} */
  async describe(keys: readonly RawKey[]): Promise<KeyDescriptions> {
    const facts: (KeyFacts | undefined)[] = [];
    for (let start = 0; start < keys.length; start += KEYS_PER_STEP) {
      facts.push(...(await this.step(keys.slice(start, start + KEYS_PER_STEP))));
    }
    return { facts, denied: this.commands.denied.names };
  }

  private async step(keys: readonly RawKey[]): Promise<readonly (KeyFacts | undefined)[]> {
    const buffers = keys.map(keyBytes);
    const replies = await this.commands.run(
      buffers.flatMap((key) => [
        { name: 'TYPE', key },
        { name: 'PTTL', key },
      ]),
    );
    const all = buffers.map((key, index): Described | undefined => {
      const type = typeOf(replies[2 * index]);
      const ttlMs = ttlOf(replies[2 * index + 1]);
      if (type === 'none' || ttlMs === 'gone') {
        return undefined;
      }
      const facts = { type, ttlMs, sizeBytes: undefined, elements: undefined, entry: undefined };
      return { key, isEntryKey: isEntryKey(keys[index] as RawKey), facts };
    });
    const present = all.filter((each) => each !== undefined);
    await this.measure(present);
    await this.judge(present);
    return all.map((each) => each?.facts);
  }

  /** Sizes, and the ends of what may be an entry. */
  private async measure(present: readonly Described[]): Promise<void> {
    const questions = present.map(questionsOf);
    const replies = await this.commands.run(questions.flat());
    let next = 0;
    for (const [index, described] of present.entries()) {
      const asked = (questions[index] as readonly KeyCommand[]).map(({ name }) => name);
      const answers = replies.slice(next, next + asked.length);
      next += asked.length;
      described.facts = withSizes(described, asked, answers);
    }
  }

  /** Of what stands under a key of the cache and does not look like an entry, what it is. */
  private async judge(present: readonly Described[]): Promise<void> {
    const doubtful = present.filter(
      ({ isEntryKey, facts }) =>
        isEntryKey &&
        facts.entry === undefined &&
        facts.type === 'string' &&
        facts.sizeBytes !== undefined &&
        facts.sizeBytes <= MAX_JUDGED_BYTES,
    );
    const texts = await this.commands.run(doubtful.map(({ key }) => ({ name: 'GET', key })));
    for (const [index, described] of doubtful.entries()) {
      const text = texts[index];
      if (Buffer.isBuffer(text)) {
        described.facts = { ...described.facts, entry: judged(text.toString()) };
      }
    }
  }
}

/** What is asked of a key whose type is known, or may not be asked. */
function questionsOf({ key, isEntryKey, facts: { type } }: Described): readonly KeyCommand[] {
  const length = type === undefined ? undefined : LENGTH_COMMANDS[type];
  if (type === undefined) {
    // The one that does not refuse the key tells the type.
    const lengths = Object.values(LENGTH_COMMANDS).map((name) => ({ name, key }));
    return [...lengths, ...(isEntryKey ? endsOf(key) : []), { name: 'MEMORY USAGE', key }];
  }
  if (length === undefined) {
    // A module may count all of a value to tell its size.
    return [];
  }
  if (type === 'string') {
    return [{ name: length, key }, ...(isEntryKey ? endsOf(key) : [])];
  }
  return [
    { name: length, key },
    { name: 'MEMORY USAGE', key },
  ];
}

function endsOf(key: Buffer): readonly KeyCommand[] {
  return [
    { name: 'GETRANGE', key, args: [0, ENTRY_ENDS.head - 1] },
    { name: 'GETRANGE', key, args: [-ENTRY_ENDS.tail, -1] },
  ];
}

function withSizes(described: Described, asked: readonly string[], answers: readonly KeyReply[]): KeyFacts {
  const { facts } = described;
  const answerTo = (name: string) => answers[asked.indexOf(name)];
  const type = facts.type ?? answeredType(answerTo);
  const counted = type === undefined ? undefined : numberOf(answerTo(LENGTH_COMMANDS[type] ?? ''));
  if (type !== 'string') {
    const entry = described.isEntryKey && type !== undefined ? 'corrupt' : undefined;
    return { ...facts, type, elements: counted, sizeBytes: numberOf(answerTo('MEMORY USAGE')), entry };
  }
  const [head, tail] = answers.slice(asked.indexOf('GETRANGE'));
  const entry =
    asked.includes('GETRANGE') && Buffer.isBuffer(head) && Buffer.isBuffer(tail)
      ? parseEntryEnds(head.toString(), tail.toString())
      : undefined;
  return { ...facts, type, sizeBytes: counted, entry };
}

/** The type of a key by which of the commands for one type were answered; all are for a key that is gone meanwhile. */
function answeredType(answerTo: (name: string) => KeyReply): KeyType | undefined {
  const types = Object.entries(LENGTH_COMMANDS).filter(([, name]) => answerTo(name) !== undefined);
  return types.length === 1 ? types[0]?.[0] : undefined;
}

function judged(text: string): EntryHeader | NoEntry {
  const entry = parseEntry(text);
  return typeof entry === 'object' ? headerOf(entry) : entry;
}

/** A type by its name here. */
export function typeOf(reply: KeyReply): KeyType | undefined {
  const name = Buffer.isBuffer(reply) ? reply.toString() : undefined;
  return name === 'ReJSON-RL' ? 'json' : name;
}

/** What PTTL says. */
export function ttlOf(reply: KeyReply): number | 'never' | 'gone' | undefined {
  if (typeof reply !== 'number') {
    return undefined;
  }
  return reply === -2 ? 'gone' : reply === -1 ? 'never' : reply;
}

function numberOf(reply: KeyReply): number | undefined {
  return typeof reply === 'number' ? reply : undefined;
}
