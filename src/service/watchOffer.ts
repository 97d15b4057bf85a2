import { createHash } from 'node:crypto';
import type { Offer } from '../cache/instanceDirectory';

/**
 * What an instance offers to watch: its inventory, with each miner shortened to a digest of its id. Instances on one Redis need
 * not have the same inventory, and a miner may only be left to one that lists it.
 */

/** What an instance offers that watches nothing. */
export const NO_OFFER: Offer = { fingerprint: '', text: '' };

const DIGEST_BYTES = 6;
/** Of six bytes in base64. */
const DIGEST_LENGTH = 8;
/** Miners beyond it are offered to nobody, and therefore watched by every instance that lists them. */
const MOST_MINERS = 100_000;

export function makeOffer(minerIds: readonly string[]): Offer {
  const text = minerIds.slice(0, MOST_MINERS).map(digestOf).sort().join('');
  return { fingerprint: createHash('sha256').update(text).digest('base64url').slice(0, 16), text };
}

/** The digests in an offer. Of a text that is no offer, whatever it may be, no miner's digest is in it. */
export function readOffer({ text }: Offer): ReadonlySet<string> {
  const digests = new Set<string>();
  const end = Math.min(text.length, MOST_MINERS * DIGEST_LENGTH);
  for (let start = 0; start < end; start += DIGEST_LENGTH) {
    digests.add(text.slice(start, start + DIGEST_LENGTH));
  }
  return digests;
}

/** How a miner is named in offers. Two miners have the same name once in 10¹⁴ pairs. */
export function digestOf(minerId: string): string {
  return createHash('sha256').update(minerId).digest().subarray(0, DIGEST_BYTES).toString('base64');
}
