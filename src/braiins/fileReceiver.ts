import type { Miner } from '../fleet/miner';
import { SourceError } from '../fleet/minerSource';
import { minerName } from './minerName';
import type { WireChunk } from './proto/wire/miner';

/** Joins the chunks of a file, up to a bound. */
export class FileReceiver {
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly miner: Miner,
    private readonly maxBytes: number,
  ) {}

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Starts anew: what an earlier attempt brought is dropped. */
  begin(): void {
    this.chunks = [];
    this.bytes = 0;
  }

  /** @throws {SourceError} when the file is too large. */
  add({ chunk_data }: WireChunk): void {
    if (chunk_data === undefined) {
      return;
    }
    this.bytes += chunk_data.length;
    if (this.bytes > this.maxBytes) {
      const limit = `${this.maxBytes / 1024 / 1024} MiB`;
      throw new SourceError('failed', `${minerName(this.miner)} sends a file of more than ${limit}; it was given up.`);
    }
    this.chunks.push(chunk_data);
  }
}
