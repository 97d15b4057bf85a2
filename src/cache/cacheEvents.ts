import { MAX_EVENT_TEXT } from './eventHistory';

/** The channel on which instances tell each other why entries went. */
export const CACHE_EVENTS = 'events:cache';

/** Some entries were voided. */
export interface InvalidationEvent {
  readonly type: 'invalidated';
  /** Generation keys that were bumped; some of them, when they were very many. */
  readonly scopes: readonly string[];
  /** Patterns of the entries that were removed one by one; absent when none were. */
  readonly patterns?: readonly string[];
  /** Why, in a few words for people, such as `miner:config:updated` or `command`. */
  readonly cause: string;
  /** The instance that did it. */
  readonly by: string;
  /** When, in ms since the epoch, by that instance's clock. */
  readonly at: number;
}

/** Of more scopes than these only some are told to others. */
export const MOST_TOLD_SCOPES = 100;
const MAX_PATTERNS = 20;
const MAX_TEXT = 100_000;
/** What a person reads of a cascade. */
const MAX_RECORDED_SCOPES = 20;

export function encodeCacheEvent(event: InvalidationEvent): string {
  return JSON.stringify({ ...event, scopes: event.scopes.slice(0, MOST_TOLD_SCOPES) });
}

/** The event with as many of its scopes and patterns as have room in the history. */
export function encodeForHistory(event: InvalidationEvent): string {
  const cause = event.cause.slice(0, MAX_EVENT_TEXT / 8);
  const encode = (most: number) =>
    JSON.stringify({
      ...event,
      cause,
      scopes: event.scopes.slice(0, MAX_RECORDED_SCOPES).filter(({ length }) => length <= most),
      ...(event.patterns === undefined ? {} : { patterns: event.patterns.filter(({ length }) => length <= most) }),
    });
  const text = encode(Number.POSITIVE_INFINITY);
  const shorter = MAX_EVENT_TEXT / (event.patterns === undefined ? 40 : 80);
  return text.length > MAX_EVENT_TEXT ? encode(shorter) : text;
}

/** Reads what came over the channel; `undefined` for whatever is not a cache event, since anybody can publish. */
export function decodeCacheEvent(text: string): InvalidationEvent | undefined {
  if (text.length > MAX_TEXT) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { type, scopes, patterns, cause, by, at } = value as Record<string, unknown>;
  const isWhole =
    isTexts(scopes) &&
    (patterns === undefined || isTexts(patterns)) &&
    typeof cause === 'string' &&
    typeof by === 'string' &&
    typeof at === 'number';
  if (type !== 'invalidated' || !isWhole) {
    return undefined;
  }
  const removed = patterns === undefined ? {} : { patterns: patterns.slice(0, MAX_PATTERNS) };
  return { type, scopes: scopes.slice(0, MOST_TOLD_SCOPES), ...removed, cause, by, at };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
