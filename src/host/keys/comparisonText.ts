import { plural } from '../format';
import type { DataComparison } from './freshComparison';

/** What a comparison comes to. */
export interface Verdict {
  /** Readers get something that is not so, though nobody said that it is old. */
  readonly lies: boolean;
  /** A few words for a title, after the entry's name. */
  readonly title: string;
  /** Sentences for a notification. */
  readonly detail: string;
}

const NAMED_FIELDS = 3;

/**
 * @param isServed whether readers still get the entry: it is neither void nor expired.
 * @param ageText how old the entry is, such as `7 s`.
 */
export function judge({ differences, isCapped }: DataComparison, isServed: boolean, ageText: string): Verdict {
  const wrong = differences.filter(({ isVolatile }) => !isVolatile).map(({ path }) => path || 'everything');
  const readings = differences.length - wrong.length;
  const more = isCapped ? ' at least' : '';
  if (wrong.length > 0) {
    const fields = named(wrong, isCapped);
    return isServed
      ? {
          lies: true,
          title: `the cache lies about ${fields}`,
          detail: `The cache lies: ${fields} changed since the entry was fetched ${ageText} ago, and readers still get it. Refresh the key, or invalidate the miner.`,
        }
      : {
          lies: false,
          title: `out of date in ${fields}, and not served`,
          detail: `${capitalised(fields)} changed, but the cache does not lie: readers do not get this entry any more.`,
        };
  }
  if (readings > 0) {
    const what = plural(readings, 'reading');
    return {
      lies: false,
      title: `the cache does not lie, ${what} moved on`,
      detail: `The cache does not lie:${more} ${what} moved on in the ${ageText} since the entry was fetched, as they always do.`,
    };
  }
  return {
    lies: false,
    title: 'the cache does not lie, nothing differs',
    detail: `The cache does not lie: the miner still says what it said ${ageText} ago.`,
  };
}

/** `state`, `state and pools[0].url`, `a, b, c and 4 more`. */
function named(paths: readonly string[], isCapped: boolean): string {
  const shown = paths.slice(0, NAMED_FIELDS);
  const others = paths.length - shown.length;
  if (others > 0) {
    return `${shown.join(', ')} and ${isCapped ? 'at least ' : ''}${others} more`;
  }
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '');
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
