import { type Client, Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import { CancelledError, throwIfCancelled } from '../base/errors';
import { ENDPOINT_SCHEME } from './endpointResolver';

/** What every call of a miner's API carries. */
export interface CallTerms {
  readonly client: Client;
  /** Value of the `authorization` metadata; none is sent when absent. */
  readonly token: string | undefined;
  /** When to give up, in ms since the epoch of the machine's clock; never when absent. */
  readonly deadlineAt?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long a stream without a deadline may take to bring its first message. */
export interface OpeningTerms {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly limitMs: number;
}

/** A server stream that ended without an error. */
export class StreamEnded extends Error {}

/** What grpc-js would report, had the stream a deadline for its first message only. */
export class OpeningTimeout extends Error {
  readonly code = status.DEADLINE_EXCEEDED;

  constructor(readonly details: string) {
    super(details);
  }
}

/** Rejects with grpc-js' `ServiceError`, or with `CancelledError` when the signal is aborted. */
export function callUnary<Request, Response>(
  method: MethodDefinition<Request, Response>,
  request: Request,
  terms: CallTerms,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    throwIfCancelled(terms.signal);
    const call = terms.client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadataOf(terms),
      optionsOf(terms),
      (error, response) => {
        stopListening();
        if (error === null && response !== undefined) {
          resolve(response);
        } else {
          reject(error);
        }
      },
    );
    const stopListening = onAbort(terms.signal, () => {
      call.cancel();
      reject(new CancelledError());
    });
  });
}

/**
 * Opens a server stream and calls `onMessage` for each message until it returns `false`, which cancels the stream and
 * resolves. Otherwise rejects: with {@link StreamEnded} when the miner ended the stream, else as {@link callUnary} does.
 */
export function callStream<Request, Response>(
  method: MethodDefinition<Request, Response>,
  request: Request,
  terms: CallTerms & { readonly opening?: OpeningTerms },
  onMessage: (message: Response) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    throwIfCancelled(terms.signal);
    let done = false;
    const stream = terms.client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadataOf(terms),
      optionsOf(terms),
    );
    const stopListening = onAbort(terms.signal, () => finish(() => reject(new CancelledError())));
    const opening = terms.opening?.clock.setTimeout(() => {
      const connected = !stream.getPeer().startsWith(ENDPOINT_SCHEME);
      const details = connected ? `remote_addr=${stream.getPeer()}` : 'Waiting for a connection';
      finish(() => reject(new OpeningTimeout(details)));
    }, terms.opening?.limitMs ?? 0);

    function finish(settle: () => void): void {
      if (!done) {
        done = true;
        opening?.dispose();
        stopListening();
        stream.cancel();
        settle();
      }
    }

    stream.on('data', (message: Response) => {
      opening?.dispose();
      if (!done && !onMessage(message)) {
        finish(resolve);
      }
    });
    // Stays until after `finish`: cancelling ends the stream with an error event of its own.
    stream.on('error', (error: ServiceError) => finish(() => reject(error)));
    stream.on('end', () => finish(() => reject(new StreamEnded())));
  });
}

/** Waits for what several callers share, without letting one caller's cancellation reach the others. */
export function untilCancelled<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfCancelled(signal);
    const stopListening = onAbort(signal, () => reject(new CancelledError()));
    shared.then(resolve, reject).finally(stopListening);
  });
}

function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

function metadataOf(terms: CallTerms): Metadata {
  const metadata = new Metadata();
  if (terms.token !== undefined) {
    metadata.set('authorization', terms.token);
  }
  return metadata;
}

function optionsOf(terms: CallTerms): { deadline?: number } {
  return terms.deadlineAt === undefined ? {} : { deadline: terms.deadlineAt };
}
