import type { IncomingMessage } from 'node:http';
import { RefusedError } from './gate';

/** Larger requests are none of ours. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The JSON that a request carries. Nothing beyond the limit is read.
 *
 * @throws {RefusedError} when it is too large, not JSON, not said to be JSON, or breaks off.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const { 'content-type': type, 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (!/^application\/json *(;|$)/i.test(type ?? '')) {
    throw new RefusedError(415, 'The Content-Type has to be application/json.');
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RefusedError(415, 'The Content-Encoding has to be identity.');
  }
  if (Number(length) > MAX_BODY_BYTES) {
    throw tooLarge();
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedError(400, 'The body is not JSON.');
  }
}

function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) {
        request.pause();
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', () => reject(new RefusedError(400, 'The body breaks off.')));
    request.once('close', () => reject(new RefusedError(400, 'The body breaks off.')));
  });
}

function tooLarge(): RefusedError {
  return new RefusedError(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
}
