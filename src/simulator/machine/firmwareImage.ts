import { createHash, type Hash } from 'node:crypto';
import type { WireSystemUpgradeRequest } from '../../braiins/proto/wire/upgrade';
import { invalid, notNow } from '../refusal';

const MAX_BYTES = 512 * 1024 * 1024;

interface Announced {
  readonly size: number;
  /** SHA-256, in hexadecimal digits. */
  readonly hash: string;
  readonly discardSettings: boolean;
  received: number;
  readonly digest: Hash;
}

/** What a piece of an image leads to. */
export interface ImageProgress {
  readonly successful: boolean;
  /** The image is whole: the machine is to start with it. */
  readonly install?: { readonly discardSettings: boolean };
}

/** Takes an image of the firmware: first what it is, then its bytes, of which only the digest is kept. */
export class FirmwareImage {
  private announced: Announced | undefined;

  receive({ metadata, data }: WireSystemUpgradeRequest): ImageProgress {
    if (metadata !== undefined) {
      const { size = 0, hash = '', discard_settings: discardSettings = false } = metadata;
      if (size < 1 || size > MAX_BYTES) {
        throw invalid(`size has to be from 1 to ${MAX_BYTES}, and is ${size}.`);
      }
      if (!/^[0-9a-f]{64}$/i.test(hash)) {
        throw invalid('hash is no SHA-256 in hexadecimal digits.');
      }
      this.announced = { size, hash: hash.toLowerCase(), discardSettings, received: 0, digest: createHash('sha256') };
      return { successful: true };
    }
    if (data === undefined) {
      throw invalid('payload is missing: metadata or data.');
    }
    return this.take(data);
  }

  private take(data: Buffer): ImageProgress {
    const image = this.announced;
    if (image === undefined) {
      throw notNow('The metadata of the image has to come before its data.');
    }
    image.received += data.length;
    if (image.received > image.size) {
      this.announced = undefined;
      throw invalid(`The image is larger than the ${image.size} bytes that were announced.`);
    }
    image.digest.update(data);
    if (image.received < image.size) {
      return { successful: true };
    }
    this.announced = undefined;
    const successful = image.digest.digest('hex') === image.hash;
    return successful ? { successful, install: { discardSettings: image.discardSettings } } : { successful };
  }
}
