/** Numbers from 0 (included) to 1 (excluded), evenly spread. */
export type Random = () => number;

/** How far a TTL may be from the policy's, either way, so that what was filled together does not expire together. */
const JITTER = 0.1;

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
  return -costMs * Math.log(1 - random()) >= leftMs;
}

/** Milliseconds before the expiry from which {@link isDueEarly} is worth asking; before that it is true once in 10⁷ times. */
export function earlyWindowMs(costMs: number): number {
  return costMs * 16;
}
