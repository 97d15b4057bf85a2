const MAX_CHARACTERS = 300;

/**
 * Characters that are not to be seen, or that change how what follows is laid out: controls, marks and overrides of direction,
 * halves of surrogate pairs.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A text of anybody's making as one line that is safe to lay out, at most `limit` characters long. */
export function plain(text: string, limit = MAX_CHARACTERS): string {
  // Cut first: what follows is for each character.
  const line = text.slice(0, limit + 1).replace(UNSEEN, '\u00b7');
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The order of people: `miner-9` comes before `miner-10`. */
export function compareNaturally(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}
