import { ConfigurationError, FleetCacheError } from '../base/errors';
import { hash, SeededRandom } from './random';

/** Miners of a fleet: all of them, unless one of the two says otherwise. */
export interface MinerSelection {
  /** None when empty. */
  readonly ids?: readonly string[] | undefined;
  /** Per cent of the fleet, above 0 up to 100: at least one miner, always the same, and part of any larger share. */
  readonly percent?: number | undefined;
}

/** The fleet has no miner of that id. */
export class UnknownMinerError extends FleetCacheError {
  constructor(id: string) {
    super(`The simulated fleet has no miner "${id}".`);
  }
}

/**
 * The miners that are meant, in the order of the fleet.
 *
 * @throws {UnknownMinerError} @throws {ConfigurationError} when the selection makes no sense.
 */
export function select<T extends { readonly id: string }>(
  miners: readonly T[],
  { ids, percent }: MinerSelection,
  seed: number,
): readonly T[] {
  if (ids !== undefined && percent !== undefined) {
    throw new ConfigurationError('Miners are selected by their ids or by a share, not by both.');
  }
  if (ids !== undefined) {
    const wanted = new Set(ids);
    const found = miners.filter(({ id }) => wanted.delete(id));
    for (const id of wanted) {
      throw new UnknownMinerError(id);
    }
    return found;
  }
  if (percent === undefined) {
    return miners;
  }
  if (!(percent > 0 && percent <= 100)) {
    throw new ConfigurationError(`There is no share of ${percent}%. Use one above 0% up to 100%.`);
  }
  const count = Math.max(1, Math.round((miners.length * percent) / 100));
  const chosen = new Set(new SeededRandom(hash(seed, 'selection')).order(miners.length).slice(0, count));
  return miners.filter((_, index) => chosen.has(index));
}
