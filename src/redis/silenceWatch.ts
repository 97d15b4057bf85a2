import { Cluster, type Redis } from 'ioredis';
import { SILENT } from './failures';

/** Looks within the time in which something has to come. */
const LOOKS = 4;

/** What ioredis has of a connection, as far as it is looked at. */
interface Wire {
  readonly stream?: { readonly bytesRead: number; destroy(error: Error): void };
  /** Commands that were sent and not answered. */
  readonly commandQueue: { readonly length: number };
}

/**
 * Ends each connection of a client, of a Cluster to each of its nodes, over which nothing comes for `silenceMs` milliseconds, or a
 * quarter more, while commands wait. Until the client ends.
 *
 * Not by one timer for the whole time, as ioredis' `socketTimeout` is: a process that did nothing for so long, such as a window that
 * loads much or a machine that slept, would end its connections before it hears what has come over them.
 */
export function watchSilence(client: Redis | Cluster, silenceMs: number): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => watchSilence(node, silenceMs));
    return;
  }
  const wire = client as unknown as Wire;
  let stream: Wire['stream'];
  let bytesRead = 0;
  let silentLooks = 0;
  const timer = setInterval(() => {
    const isSilent = wire.commandQueue.length > 0 && wire.stream === stream && stream?.bytesRead === bytesRead;
    silentLooks = isSilent ? silentLooks + 1 : 0;
    stream = wire.stream;
    bytesRead = stream?.bytesRead ?? 0;
    // The first of them may have been just after a command was sent.
    if (silentLooks > LOOKS) {
      silentLooks = 0;
      stream?.destroy(new Error(SILENT));
    }
  }, silenceMs / LOOKS);
  timer.unref();
  client.once('end', () => clearInterval(timer));
}
