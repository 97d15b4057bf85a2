/**
 * What Redis takes a glob for, as a test of names: `*`, `?`, `[abc]`, `[^a-c]`, and `\` before what stands for itself. A class that
 * is not closed ends with the glob.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const pattern = new RegExp(`^(?:${patternOf(glob)})$`, 's');
  return (name) => pattern.test(name);
}

/** A glob that stands for keys that begin so, letter for letter. */
export function globOfPrefix(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
}

function patternOf(glob: string): string {
  let pattern = '';
  let index = 0;
  while (index < glob.length) {
    const character = glob[index] as string;
    index++;
    if (character === '*') {
      // Several are no more than one, and would take a matcher much longer.
      pattern = pattern.endsWith('.*') ? pattern : `${pattern}.*`;
    } else if (character === '?') {
      pattern += '.';
    } else if (character === '[') {
      const { text, end } = classOf(glob, index);
      pattern += text;
      index = end;
    } else if (character === '\\' && index < glob.length) {
      pattern += literal(glob[index] as string);
      index++;
    } else {
      pattern += literal(character);
    }
  }
  return pattern;
}

/** The class that begins behind the bracket at `start`. */
function classOf(glob: string, start: number): { readonly text: string; readonly end: number } {
  const isNegated = glob[start] === '^';
  let index = isNegated ? start + 1 : start;
  let members = '';
  while (index < glob.length && glob[index] !== ']') {
    if (glob[index] === '\\' && index + 1 < glob.length) {
      members += literal(glob[index + 1] as string);
      index += 2;
    } else if (glob[index + 1] === '-' && index + 2 < glob.length) {
      const [from, to] = [glob[index] as string, glob[index + 2] as string].sort();
      members += `${literal(from as string)}-${literal(to as string)}`;
      index += 3;
    } else {
      members += literal(glob[index] as string);
      index++;
    }
  }
  return { text: isNegated ? `[^${members}]` : `[${members}]`, end: index + 1 };
}

function literal(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
