import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { errorCode, throwIfCancelled } from '../../base/errors';
import { IDENTITY_PATH, type Identity, provenIdentity } from './identity';

/** Who listens at an address: a Fleet Cache with the same token, some other program, or nobody. */
export type Listener =
  | { readonly type: 'ours'; readonly identity: Identity }
  | { readonly type: 'other' }
  | { readonly type: 'nobody' };

export interface ListenerAddress {
  /** A loopback address. */
  readonly host: string;
  readonly port: number;
}

/** On the same machine; what takes longer is taken for another program, in ms. */
const ANSWER_MS = 3_000;
/** Our own answers are a tenth of it. */
const MAX_ANSWER_BYTES = 4_096;

/**
 * Asks who listens at an address of this machine. The token is not sent.
 *
 * @throws {CancelledError}
 */
export async function askIdentity(address: ListenerAddress, token: string, signal?: AbortSignal): Promise<Listener> {
  throwIfCancelled(signal);
  const socket = connect(address);
  const close = () => socket.destroy();
  signal?.addEventListener('abort', close, { once: true });
  try {
    const identity = await proveIdentity(socket, address, token);
    throwIfCancelled(signal);
    return identity === undefined ? { type: 'other' } : { type: 'ours', identity };
  } catch (error) {
    throwIfCancelled(signal);
    return { type: errorCode(error) === 'ECONNREFUSED' ? 'nobody' : 'other' };
  } finally {
    signal?.removeEventListener('abort', close);
    socket.destroy();
  }
}

/**
 * Has the other end of a connection prove that it is one of ours; after that the connection is as new. So what is sent over it
 * goes to whom has proven it, even if another program takes the port meanwhile.
 *
 * @param socket that may still be connecting.
 * @returns `undefined` when it did not prove it.
 * @throws the system's error when the connection fails, or ends before there is an answer.
 */
export async function proveIdentity(
  socket: Socket,
  { host, port }: ListenerAddress,
  token: string,
): Promise<Identity | undefined> {
  const address = addressText(host, port);
  const nonce = randomBytes(32).toString('base64url');
  socket.write(`GET ${IDENTITY_PATH}?nonce=${nonce} HTTP/1.1\r\nHost: ${address}\r\nConnection: keep-alive\r\n\r\n`);
  const answer = await readAnswer(socket);
  return answer === undefined ? undefined : provenIdentity(answer, token, address, nonce);
}

/** As a URL has it. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The body of one HTTP answer; `undefined` for what is none of ours, too much, or too late. */
function readAnswer(socket: Socket): Promise<string | undefined> {
  let received = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      // With nobody that reads, what comes next waits for whoever is given the connection.
      socket.off('readable', read).off('error', fail).off('close', end);
      finish();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const end = () => settle(() => resolve(undefined));
    const read = () => {
      const chunk: Buffer | null = socket.read();
      received = Buffer.concat([received, chunk ?? Buffer.alloc(0)]);
      const body = received.length > MAX_ANSWER_BYTES ? undefined : bodyOf(received.toString('latin1'));
      if (body !== 'incomplete') {
        settle(() => resolve(body?.text));
      }
    };
    // What came while this process was busy for as long counts, too: it is read after the timers, and before this.
    const timer = setTimeout(() => setImmediate(end), ANSWER_MS);
    socket.on('readable', read).once('error', fail).once('close', end);
  });
}

/** Our own answers have a length and are ASCII. */
function bodyOf(received: string): { readonly text: string } | 'incomplete' | undefined {
  const [head, ...rest] = received.split('\r\n\r\n');
  if (head === undefined || rest.length === 0) {
    return 'HTTP/1.1 200 OK\r\n'.startsWith(received.slice(0, 17)) ? 'incomplete' : undefined;
  }
  const text = rest.join('\r\n\r\n');
  const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1]);
  if (!head.startsWith('HTTP/1.1 200 ') || !(length <= MAX_ANSWER_BYTES) || text.length > length) {
    return undefined;
  }
  return text.length === length ? { text } : 'incomplete';
}
