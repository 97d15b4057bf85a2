/** What of gRPC's streams is looked at here. */
interface Stream {
  emit(event: string, ...values: unknown[]): unknown;
  once(event: string, listener: () => void): unknown;
}

/** The streams that a miner has open, so that they can be cut. */
export class OpenStreams {
  private readonly streams = new Set<Stream>();

  get size(): number {
    return this.streams.size;
  }

  add(stream: Stream): void {
    this.streams.add(stream);
    for (const end of ['cancelled', 'finish']) {
      stream.once(end, () => this.streams.delete(stream));
    }
  }

  /** Ends each of them with that status. */
  cut(code: number, details: string): void {
    for (const stream of [...this.streams]) {
      stream.emit('error', { code, details });
      // gRPC says this only when the client ends a stream. Whoever writes to it has to stop all the same.
      stream.emit('cancelled', 'cancelled');
    }
  }
}
