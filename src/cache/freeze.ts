/** Freezes a JSON value through and through, so that it can be handed to many without a copy. Returns the same value. */
export function deepFreeze<T>(value: T): T {
  // No recursion: what somebody put into the store may be nested more deeply than calls can be.
  const open: object[] = [];
  const visit = (part: unknown) => {
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) {
      open.push(Object.freeze(part));
    }
  };
  visit(value);
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    for (const name in part) {
      visit(part[name as keyof typeof part]);
    }
  }
  return value;
}
