const ASCII = /^\p{ASCII}*$/u;

/**
 * Each name once, in the order in which people look for them. The rules of all the world's scripts take a JavaScript engine some
 * 6 ms to load, which a list is not to wait for while it starts: they are asked where a name is not of ASCII alone.
 */
export function sortNames(names: Iterable<string>): readonly string[] {
  const once = [...new Set(names)];
  return once.every((name) => ASCII.test(name)) ? once.sort(compareAscii) : once.sort((a, b) => a.localeCompare(b));
}

/** Capitals beside their small letters. */
function compareAscii(a: string, b: string): number {
  return compare(a.toLowerCase(), b.toLowerCase()) || compare(b, a);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
