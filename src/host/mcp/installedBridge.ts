import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, errorCode, FleetCacheError } from '../../base/errors';
import { writePrivateFile } from './privateFiles';

/** The first line of the bundle says of which version it is. */
const VERSION_LINE = /^\/\/ Fleet Cache bridge (\d+)\.(\d+)\.(\d+)/;
const HEAD_BYTES = 128;

/**
 * The bridge that agents on stdio start: a copy at a path that stays the same, whatever the version of the extension, so that what
 * was told to an agent once stays right.
 */
export class InstalledBridge {
  /** Where agents find it. */
  readonly path: string;

  /**
   * @param shipped the bundle that this version of the extension brings.
   * @param folder private, and the same for every version.
   */
  constructor(
    private readonly shipped: string,
    folder: string,
  ) {
    this.path = join(folder, 'bridge.js');
  }

  /**
   * Puts it there. One of a later version, from another window, stays.
   *
   * @throws {FleetCacheError} when it cannot be written.
   */
  async install(): Promise<void> {
    try {
      const [content, present] = await Promise.all([readFile(this.shipped), readIfThere(this.path)]);
      if (present === undefined || (!present.equals(content) && !isLater(headOf(present), headOf(content)))) {
        await writePrivateFile(this.path, content);
      }
    } catch (error) {
      throw new FleetCacheError(
        `The bridge for agents cannot be put at ${this.path}: ${describeError(error)}. Check the folder's permissions and space.`,
        { cause: error },
      );
    }
  }

  /** Replaces one of an earlier version, if an agent was connected to it. @throws {FleetCacheError} */
  async renew(): Promise<void> {
    const present = await readHead(this.path);
    if (present !== undefined && isLater(await readHead(this.shipped), present)) {
      await this.install();
    }
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** The first bytes of a file; `undefined` when there is none. */
async function readHead(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
      return headOf(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function headOf(content: Buffer): string {
  return content.toString('latin1', 0, HEAD_BYTES);
}

/** Whether a bundle is of a later version than another; what says nothing of its version is of the first. */
function isLater(head: string | undefined, other: string | undefined): boolean {
  const versions = [head, other].map((each) => (VERSION_LINE.exec(each ?? '') ?? []).slice(1).map(Number));
  const [one = [], two = []] = versions;
  const index = [0, 1, 2].find((each) => (one[each] ?? 0) !== (two[each] ?? 0));
  return index !== undefined && (one[index] ?? 0) > (two[index] ?? 0);
}
