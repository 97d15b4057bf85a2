import * as z from 'zod/mini';
import type { PageMessage } from '../../protocol/dashboard';

/** What a page said, or why a request of it cannot be understood. */
export type Received = PageMessage | { readonly type: 'misunderstood'; readonly id: number; readonly reason: string };

/** Longer than any id of a miner that people write. */
const MAX_MINER_ID = 4_096;

const REQUEST = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('revealMiner'),
    minerId: z.string().check(z.minLength(1), z.maxLength(MAX_MINER_ID)),
  }),
  z.strictObject({
    kind: z.literal('runCommand'),
    command: z.enum(['startDemo', 'showLog', 'warm', 'invalidate']),
  }),
  z.strictObject({ kind: z.literal('openPanel') }),
]);
const ID = z.int().check(z.nonnegative());
const MESSAGE = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('drawn'), number: ID }),
  z.strictObject({ type: z.literal('request'), id: ID, request: REQUEST }),
]);
/** A request that can at least be answered. */
const ANSWERABLE = z.object({ type: z.literal('request'), id: ID });

/** Reads what a page sent, which may be anything; `undefined` for what cannot even be answered. */
export function readPageMessage(message: unknown): Received | undefined {
  const whole = z.safeParse(MESSAGE, message);
  if (whole.success) {
    return whole.data;
  }
  const part = z.safeParse(ANSWERABLE, message);
  return part.success
    ? { type: 'misunderstood', id: part.data.id, reason: `The dashboard cannot do that: ${describe(whole.error)}.` }
    : undefined;
}

/** Says what is wrong, and where; never with the text that came. */
function describe({ issues }: z.core.$ZodError): string {
  const [issue] = issues;
  const path = issue?.path.join('.') ?? '';
  return path === '' ? 'the request is not understood' : `"${path}" is not understood`;
}
