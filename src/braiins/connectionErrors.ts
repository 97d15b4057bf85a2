import type { Miner } from '../fleet/miner';

/**
 * Says what is wrong with a connection, from the text in which grpc-js hides the cause.
 *
 * @param details of a status UNAVAILABLE, such as `No connection established. Last error: Error: connect ECONNREFUSED …`
 * @returns the rest of a sentence that starts with the miner's name, or `undefined` when the miner itself answered UNAVAILABLE.
 */
export function connectionProblem(details: string, miner: Miner): string | undefined {
  const lookup = /^Name resolution failed: (.+)$/.exec(details)?.[1];
  if (lookup !== undefined) {
    return `cannot be found: the host name '${miner.host}' does not resolve (${lookup}).`;
  }
  const attempt = /^No connection established\. Last error: (.*?)(?:\. Resolution note: .*)?$/s.exec(details)?.[1];
  if (attempt !== undefined) {
    return connectProblem(attempt, miner);
  }
  if (isLostConnection(details)) {
    const code = systemCode(details);
    return `lost the connection in the middle of the call${code === undefined ? '' : ` (${code})`}.`;
  }
  return undefined;
}

/** Whether a connection that stood broke under a call. */
export function isLostConnection(details: string): boolean {
  return /^(Connection dropped|Channel closed|Stream refused|Write error|Write failed|read E|write E)/.test(details);
}

function connectProblem(lastError: string, miner: Miner): string {
  const code = systemCode(lastError);
  switch (code) {
    case 'ECONNREFUSED':
      return `refused the connection (ECONNREFUSED): is it switched on, and is ${miner.port} its API port?`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return `is out of reach of this network (${code}): is it switched on, and is the address right?`;
    case 'ETIMEDOUT':
      return 'did not answer the connection attempt (ETIMEDOUT): is it switched on?';
    case 'ECONNRESET':
    case 'EPIPE':
      return `closed the connection at once (${code}): is ${miner.port} its API port${tlsHint(miner)}`;
  }
  const cause = lastError.replace(/^Error: /, '').replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '');
  if (/certificate|altnames/i.test(cause)) {
    return `could not prove who it is over TLS: ${cause}.`;
  }
  if (miner.tls && /SSL|EPROTO|TLS/.test(cause)) {
    const reason = /SSL routines:[^:]*:([^:]+)/.exec(cause)?.[1] ?? cause;
    return `does not speak TLS as expected (${reason}): is "tls" right for it?`;
  }
  if (/protocol error|failed to connect|socket closed|HTTP\/2|ERR_HTTP2/i.test(cause)) {
    return `accepts connections but does not speak gRPC (${cause}): is ${miner.port} its API port${tlsHint(miner)}`;
  }
  return `could not be connected to: ${cause}`;
}

function tlsHint(miner: Miner): string {
  return miner.tls ? ', and does it speak TLS?' : ', and does it want TLS?';
}

function systemCode(text: string): string | undefined {
  return /\b(E[A-Z]{4,})\b/.exec(text)?.[1];
}
