/** Keys in one command. More of them would hold up the server's other clients. */
const KEYS_PER_COMMAND = 500;

/** Parts keys, in their order, into as many as one command takes. */
export function pagesOf<T>(keys: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(keys.length / KEYS_PER_COMMAND);
  return Array.from({ length: count }, (_, index) =>
    keys.slice(index * KEYS_PER_COMMAND, (index + 1) * KEYS_PER_COMMAND),
  );
}
