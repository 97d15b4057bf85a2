/** Our names of an enum's values, each with its name on the wire. One table serves both directions. */
export type EnumNames<N extends string, W extends string> = Readonly<Record<N, W>>;

/** Our name of a value; `undefined` for an absent one, for the unspecified one, and for one that is newer than the table. */
export function nameOf<N extends string, W extends string>(
  names: EnumNames<N, W>,
  wire: string | number | undefined,
): N | undefined {
  return (Object.keys(names) as N[]).find((name) => names[name] === wire);
}
