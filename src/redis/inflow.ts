import type { Redis } from 'ioredis';
import { type Disposable, toDisposable } from '../base/lifecycle';

const SAMPLE_EVERY_MS = 1_000;
const HEAVY_BYTES = 1024 * 1024;

/** How much comes over a connection. It costs the replies nothing: the socket counts its bytes anyway. */
export class Inflow implements Disposable {
  /** Of the last samples, the older one first: the socket, and what it had received. */
  private former: Sample;
  private latest: Sample;
  private readonly timer: Disposable;

  constructor(private readonly client: Redis) {
    this.former = this.latest = this.sample();
    const timer = setInterval(() => {
      this.former = this.latest;
      this.latest = this.sample();
    }, SAMPLE_EVERY_MS);
    timer.unref();
    this.timer = toDisposable(() => clearInterval(timer));
  }

  /** Whether a megabyte or more came within the last second or two: a server that sends so much is not silent. */
  get isHeavy(): boolean {
    const { socket, bytes } = this.sample();
    return bytes - (socket === this.former.socket ? this.former.bytes : 0) >= HEAVY_BYTES;
  }

  dispose(): void {
    this.timer.dispose();
  }

  private sample(): Sample {
    // Typed by ioredis as what any stream has.
    const { stream } = this.client as { stream?: { bytesRead?: number } };
    return { socket: stream, bytes: stream?.bytesRead ?? 0 };
  }
}

interface Sample {
  readonly socket: unknown;
  readonly bytes: number;
}
