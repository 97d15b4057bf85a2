import { createServer, type Server, type Socket } from 'node:net';

/** Takes TCP connections on one address and hands them on; can go away as if the cable were cut, and come back. */
export class Listener {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private boundPort: number;
  private queue: Promise<void> = Promise.resolve();

  /** @param port 0: a free one, chosen when it first listens or is reserved, and kept from then on */
  constructor(
    readonly host: string,
    port: number,
    private readonly onConnection: (socket: Socket) => void,
  ) {
    this.boundPort = port;
  }

  /** 0 until the first {@link open} or {@link reserve}, if a free port was asked for. */
  get port(): number {
    return this.boundPort;
  }

  get isOpen(): boolean {
    return this.server !== undefined;
  }

  /** Starts to listen. Rejects with the system's error, such as EADDRINUSE. */
  open(): Promise<void> {
    return this.inTurn(() => this.openNow());
  }

  /** Stops to listen and drops every connection. */
  close(): Promise<void> {
    return this.inTurn(() => this.closeNow());
  }

  /** Drops every connection that stands, and goes on listening. */
  dropConnections(): void {
    for (const socket of this.sockets) {
      // Not reset: libuv refuses that for a socket that is just being shut down, and the process then spins as it ends.
      socket.destroy();
    }
  }

  /** Settles on a port without listening any longer than that takes. */
  async reserve(): Promise<void> {
    if (this.boundPort === 0) {
      await this.open();
      await this.close();
    }
  }

  /** One after the other, because a server that is closed before it listens would listen all the same. */
  private inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.queue.then(task);
    this.queue = done.catch(() => {});
    return done;
  }

  private async openNow(): Promise<void> {
    if (this.server !== undefined) {
      return;
    }
    const server = createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      // A client that went away is no news; without a listener it would end the process.
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      this.onConnection(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen({ port: this.boundPort, host: this.host }, resolve);
    });
    this.server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      this.boundPort = address.port;
    }
  }

  private async closeNow(): Promise<void> {
    const server = this.server;
    if (server === undefined) {
      return;
    }
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.dropConnections();
    await closed;
  }
}
