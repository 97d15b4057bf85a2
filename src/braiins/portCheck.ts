import { connect } from 'node:net';
import { CancelledError, throwIfCancelled } from '../base/errors';

/**
 * Whether anything listens at an address. Costs a socket for a moment, where a gRPC channel costs a hundred times as much: most
 * addresses of a range have no miner.
 *
 * @throws {CancelledError} when `signal` is aborted.
 */
export function isListening(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  throwIfCancelled(signal);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const cancel = () => settle(() => reject(new CancelledError()));
    function settle(finish: () => void): void {
      signal?.removeEventListener('abort', cancel);
      socket.destroy();
      finish();
    }
    signal?.addEventListener('abort', cancel, { once: true });
    // When this process was busy for so long, what came meanwhile is heard first.
    socket.setTimeout(timeoutMs, () => setImmediate(() => settle(() => resolve(false))));
    socket.once('connect', () => settle(() => resolve(true)));
    // Stays: a socket that is destroyed may still fail.
    socket.on('error', () => settle(() => resolve(false)));
  });
}
