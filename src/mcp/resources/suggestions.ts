import { MAX_SUGGESTIONS } from '../limits';
import { cleanText } from '../untrusted';

/** What begins with what was typed, whatever the case; then what contains it. No more than a client can be told. */
export function suggest(names: Iterable<string>, typed: string): string[] {
  const wanted = typed.toLowerCase();
  const beginning: string[] = [];
  const containing: string[] = [];
  for (const name of names) {
    const shown = cleanText(name);
    const position = shown.toLowerCase().indexOf(wanted);
    if (position === 0) {
      beginning.push(shown);
    } else if (position > 0) {
      containing.push(shown);
    }
    if (beginning.length >= MAX_SUGGESTIONS) {
      break;
    }
  }
  return [...beginning, ...containing].slice(0, MAX_SUGGESTIONS);
}
