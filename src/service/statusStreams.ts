import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import { type Miner, minerAddress } from '../fleet/miner';
import type { MinerStatus } from '../fleet/minerData';
import type { MinerSource, SourceError } from '../fleet/minerSource';

export interface StatusStreamsOptions {
  readonly source: MinerSource;
  readonly clock: Clock;
  onStatus(miner: Miner, status: MinerStatus): void;
  /** A stream broke, or could not be opened; it is tried again unless the login was refused. */
  onLost(miner: Miner, error: SourceError): void;
}

interface Stream {
  readonly miner: Miner;
  watch: Disposable | undefined;
  /** Set while the stream has not brought anything yet. */
  opening: Disposable | undefined;
}

/**
 * Streams that are opened at a time: each costs a connection and a login, and many at once keep the process from everything
 * else, its heartbeats among it. Not fewer, since miners whose watcher died are not watched before their turn comes.
 */
const MOST_OPENING = 64;
/** After which a miner that says nothing no longer holds up those behind it, in ms. */
const OPENING_MS = 1_000;

/** One status stream for each miner that is wanted. */
export class StatusStreams implements Disposable {
  private readonly streams = new Map<string, Stream>();
  private readonly waiting = new Map<string, Miner>();
  private openingCount = 0;
  private isDisposed = false;

  constructor(private readonly options: StatusStreamsOptions) {}

  /** Miners whose streams are open, or tried again and again. */
  get size(): number {
    return this.streams.size;
  }

  /** Opens and closes streams so that there is one for each of these miners, at the address that it has now. */
  set(wanted: ReadonlyMap<string, Miner>): void {
    for (const [id, stream] of this.streams) {
      const miner = wanted.get(id);
      if (miner === undefined || !isSameTarget(miner, stream.miner)) {
        this.close(id, stream);
      }
    }
    this.waiting.clear();
    for (const [id, miner] of wanted) {
      if (!this.streams.has(id)) {
        this.waiting.set(id, miner);
      }
    }
    this.openNext();
  }

  /** Opens a stream anew, such as one that ended with a refused login. */
  reopen(minerId: string): void {
    const stream = this.streams.get(minerId);
    if (stream !== undefined) {
      this.close(minerId, stream);
      this.waiting.set(minerId, stream.miner);
      this.openNext();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.waiting.clear();
    for (const [id, stream] of this.streams) {
      this.close(id, stream);
    }
  }

  private openNext(): void {
    for (const [id, miner] of this.waiting) {
      if (this.openingCount >= MOST_OPENING || this.isDisposed) {
        return;
      }
      this.waiting.delete(id);
      this.open(id, miner);
    }
  }

  private open(id: string, miner: Miner): void {
    const { source, clock, onStatus, onLost } = this.options;
    const stream: Stream = { miner, watch: undefined, opening: undefined };
    this.streams.set(id, stream);
    this.openingCount++;
    stream.opening = clock.setTimeout(() => this.noteOpened(stream), OPENING_MS);
    stream.watch = source.watchStatus(miner, {
      onStatus: (status) => {
        this.noteOpened(stream);
        onStatus(miner, status);
      },
      onLost: (error) => {
        this.noteOpened(stream);
        onLost(miner, error);
      },
    });
  }

  private noteOpened(stream: Stream): void {
    if (stream.opening !== undefined) {
      stream.opening.dispose();
      stream.opening = undefined;
      this.openingCount--;
      this.openNext();
    }
  }

  private close(id: string, stream: Stream): void {
    this.streams.delete(id);
    stream.watch?.dispose();
    this.noteOpened(stream);
  }
}

/** Whether a stream to the one is a stream to the other. */
function isSameTarget(a: Miner, b: Miner): boolean {
  return minerAddress(a) === minerAddress(b) && a.tls === b.tls && a.credentials === b.credentials;
}
