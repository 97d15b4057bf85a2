/** Numbers from 0 (included) to 1 (excluded), evenly spread. */
export type Random = () => number;

/** How far a TTL may be from the policy's, either way, so that what was filled together does not expire together. */
const JITTER = 0.1;

/** How many times an entry's cost before its expiry a refresh ahead begins to be possible. */
const WINDOW = 16;

/** A policy's TTL with its jitter, in seconds to three decimals. */
export function jitteredTtlS(ttlS: number, random: Random): number {
  return Math.round(ttlS * (1 + JITTER * (2 * random() - 1)) * 1000) / 1000;
}

/**
 * Whether a reader should refresh an entry before it expires: the XFetch rule (Vattani, Chierichetti, Lowenstein 2015) with
 * β = 1. The nearer the expiry and the longer a fetch takes, the likelier, so that of many readers one does so in time.
 *
 * @param leftMs until it expires. @param costMs what its fetch took.
 */
export function isDueEarly(leftMs: number, costMs: number, random: Random): boolean {
  // So far from the expiry it would be true once in 10⁷ times: most hits need no dice and no logarithm.
  if (leftMs > costMs * WINDOW) {
    return false;
  }
  return -costMs * Math.log(1 - random()) >= leftMs;
}
