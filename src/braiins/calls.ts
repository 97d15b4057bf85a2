import { type Client, Metadata, type MethodDefinition, type StatusObject, status } from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import { CancelledError, describeError, throwIfCancelled } from '../base/errors';
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

/** A call that ended with another status than OK. */
export class CallFailure extends Error {
  readonly code: status;
  readonly details: string;

  constructor({ code, details }: Pick<StatusObject, 'code' | 'details'>) {
    super(`${code} ${status[code]}: ${details}`);
    this.code = code;
    this.details = details;
  }
}

/**
 * The answer to a unary call. Rejects with {@link CallFailure}, or with `CancelledError` when the signal is aborted.
 */
export function callUnary<Request, Response>(
  method: MethodDefinition<Request, Response>,
  request: Request,
  terms: CallTerms,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    throwIfCancelled(terms.signal);
    let response: Response | undefined;
    const call = open(method, request, terms, {
      onMessage(message) {
        if (response !== undefined) {
          call.cancelWithStatus(status.UNIMPLEMENTED, 'Too many responses received');
          return;
        }
        response = message;
        call.startRead();
      },
      onEnd(ending) {
        stopListening();
        if (ending.code !== status.OK) {
          reject(new CallFailure(ending));
        } else if (response === undefined) {
          reject(new CallFailure({ code: status.UNIMPLEMENTED, details: 'No message received' }));
        } else {
          resolve(response);
        }
      },
    });
    const stopListening = onAbort(terms.signal, () => {
      cancel(call);
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
    const call = open(method, request, terms, {
      onMessage(message) {
        opening?.dispose();
        if (!done && !onMessage(message)) {
          finish(resolve);
        } else if (!done) {
          call.startRead();
        }
      },
      onEnd(ending) {
        finish(() => reject(ending.code === status.OK ? new StreamEnded() : new CallFailure(ending)));
      },
    });
    const stopListening = onAbort(terms.signal, () => finish(() => reject(new CancelledError())));
    // What grpc-js would report, had the stream a deadline for its first message only.
    const opening = terms.opening?.clock.setTimeout(() => {
      const connected = !call.getPeer().startsWith(ENDPOINT_SCHEME);
      const details = connected ? `remote_addr=${call.getPeer()}` : 'Waiting for a connection';
      finish(() => reject(new CallFailure({ code: status.DEADLINE_EXCEEDED, details })));
    }, terms.opening?.limitMs ?? 0);

    function finish(settle: () => void): void {
      if (!done) {
        done = true;
        opening?.dispose();
        stopListening();
        cancel(call);
        settle();
      }
    }
  });
}

type Call = ReturnType<ReturnType<Client['getChannel']>['createCall']>;

interface Answers<Response> {
  onMessage(message: Response): void;
  /** Called once, after the last message, in a later turn than the call was made. */
  onEnd(ending: Pick<StatusObject, 'code' | 'details'>): void;
}

/**
 * Makes a call on the channel itself. `Client` would put an event emitter or a stream and three interceptors around it, none
 * of which is needed here, and would take the stack of each call: a tenth of the whole time that a read takes, and more in VS
 * Code, which formats stacks on its own. The first message is asked for; for each other one call `startRead`.
 */
function open<Request, Response>(
  method: MethodDefinition<Request, Response>,
  request: Request,
  { client, token, deadlineAt = Number.POSITIVE_INFINITY }: CallTerms,
  answers: Answers<Response>,
): Call {
  const bytes = method.requestSerialize(request);
  const call = client.getChannel().createCall(method.path, deadlineAt, null, null, null);
  let unreadable: Pick<StatusObject, 'code' | 'details'> | undefined;
  call.start(metadataOf(token), {
    onReceiveMetadata() {},
    onReceiveMessage(received: Buffer) {
      let message: Response;
      try {
        message = method.responseDeserialize(received);
      } catch (error) {
        unreadable = { code: status.INTERNAL, details: `Response message parsing error: ${describeError(error)}` };
        call.cancelWithStatus(unreadable.code, unreadable.details);
        return;
      }
      answers.onMessage(message);
    },
    onReceiveStatus: (ending) => answers.onEnd(unreadable ?? ending),
  });
  call.sendMessageWithContext({}, bytes);
  call.halfClose();
  call.startRead();
  return call;
}

function cancel(call: Call): void {
  call.cancelWithStatus(status.CANCELLED, 'Cancelled on client');
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

function metadataOf(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('authorization', token);
  }
  return metadata;
}
