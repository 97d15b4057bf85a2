/** Freezes a JSON value through and through, so that it can be handed to many without a copy. Returns the same value. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) {
    return value;
  }
  Object.freeze(value);
  for (const name in value) {
    deepFreeze(value[name]);
  }
  return value;
}
