import type { ElicitRequestFormParams, ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { CancelledError, FleetCacheError } from '../base/errors';
import type { Question } from '../service/windowServing';

/**
 * Asks a person in the window that the server lives in; resolves to whether they agree, and fails with a `FleetCacheError` when
 * nobody is asked now.
 */
export type PersonAsker = (question: Question, signal: AbortSignal) => Promise<boolean>;

/** Nobody agreed. */
export class ConsentError extends FleetCacheError {}

export interface ConsentOptions {
  /** Whether the client can ask the person who uses it. */
  canElicit(): boolean;
  /** Has the client ask. @param timeoutMs after which it fails. */
  elicit(params: ElicitRequestFormParams, timeoutMs: number): Promise<ElicitResult>;
  readonly askPerson: PersonAsker | undefined;
  readonly signal: AbortSignal;
}

const NO = 'no';
const YES = 'yes';

/** A person may be at lunch; after that the question is stale. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Resolves when a person has agreed: in the client, or else in the window that the server lives in.
 *
 * @throws {ConsentError} when they did not, or nobody could be asked. Whatever is not a clear yes is a no.
 * @throws {CancelledError}
 */
export async function requireConsent(question: Question, options: ConsentOptions): Promise<'client' | 'window'> {
  const { canElicit, askPerson, signal } = options;
  if (!canElicit() && askPerson === undefined) {
    throw new ConsentError(
      'A person has to agree to this, and this client cannot ask one (it has no elicitation). Nothing was done. Use a client that can, or Fleet Cache in VS Code.',
    );
  }
  if (canElicit()) {
    await askClient(question, options);
    return 'client';
  }
  await askWindow(question, askPerson, signal);
  return 'window';
}

async function askClient({ title, detail, agreement }: Question, { elicit, signal }: ConsentOptions): Promise<void> {
  const params: ElicitRequestFormParams = {
    mode: 'form',
    message: `${title} ${detail}`,
    requestedSchema: {
      type: 'object',
      properties: {
        // Not a boolean: editors offer that as "true" and "false", and "true" to whoever just presses Enter.
        confirm: {
          type: 'string',
          title,
          description: detail,
          enum: [NO, YES],
          enumNames: ['Refuse', agreement],
          default: NO,
        },
      },
      required: ['confirm'],
    },
  };
  let answer: ElicitResult;
  try {
    answer = await elicit(params, PATIENCE_MS);
  } catch (error) {
    if (signal.aborted) {
      throw new CancelledError();
    }
    throw new ConsentError('The person could not be asked, or did not answer. Nothing was done.', { cause: error });
  }
  if (answer.action !== 'accept' || answer.content?.confirm !== YES) {
    throw declined();
  }
}

async function askWindow(question: Question, ask: PersonAsker | undefined, signal: AbortSignal): Promise<void> {
  let hasAgreed: boolean;
  try {
    hasAgreed = ask !== undefined && (await ask(question, signal));
  } catch (error) {
    throw error instanceof FleetCacheError ? new ConsentError(error.message, { cause: error }) : error;
  }
  if (signal.aborted) {
    throw new CancelledError();
  }
  if (!hasAgreed) {
    throw declined();
  }
}

function declined(): ConsentError {
  return new ConsentError('The person did not agree. Nothing was done; do not ask again unless they want it.');
}
