import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What a listener tells of itself to whoever asks: nothing secret, and no names. */
export interface Identity {
  /** Of the product. */
  readonly version: string;
  /** Tells fleets apart without naming them, in ASCII; absent while the listener has none. */
  readonly fleet?: string | undefined;
}

export const IDENTITY_PATH = '/identity';

/** Whoever asks thinks up 16 to 64 bytes, so that no earlier answer serves. */
const NONCE = /^[\w-]{22,86}$/;

const ANSWER = z.object({
  name: z.literal('fleet-cache'),
  version: z.string().max(64),
  fleet: z.string().max(128).optional(),
  proof: z.string().max(64),
});

export function isNonce(text: string | null): text is string {
  return text !== null && NONCE.test(text);
}

/**
 * Tells who listens, with a proof that it knows the token, which is not told.
 *
 * @param address host and port of the listener, so that its answer is of no use to a program at another address.
 */
export function identityAnswer(identity: Identity, token: string, address: string, nonce: string): string {
  const proof = proofOf(identity, token, address, nonce);
  return JSON.stringify({ name: 'fleet-cache', ...identity, proof } satisfies z.infer<typeof ANSWER>);
}

/** Who answered; `undefined` when it is not one that knows the token, listens at `address`, and was asked with `nonce`. */
export function provenIdentity(answer: string, token: string, address: string, nonce: string): Identity | undefined {
  const { success, data } = ANSWER.safeParse(parsed(answer));
  if (!success) {
    return undefined;
  }
  const { version, fleet } = data;
  const identity: Identity = { version, ...(fleet === undefined ? {} : { fleet }) };
  const expected = Buffer.from(proofOf(identity, token, address, nonce));
  const proof = Buffer.from(data.proof);
  return proof.length === expected.length && timingSafeEqual(proof, expected) ? identity : undefined;
}

function proofOf({ version, fleet }: Identity, token: string, address: string, nonce: string): string {
  const said = JSON.stringify([address, nonce, version, fleet ?? null]);
  return createHmac('sha256', token).update(`fleet-cache identity\n${said}`).digest('base64url');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
