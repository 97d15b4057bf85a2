import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Files and folders that only their owner may look into. On Windows those of a user's profile are so anyway. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Replaces a file that only its owner may read, in a folder of the same kind. Whoever reads it meanwhile sees the old content or
 * the new one, and whoever has no right to it sees it at no moment.
 *
 * @throws the system's error.
 */
export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  await chmod(folder, PRIVATE_FOLDER);
  const next = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(next, content, { mode: PRIVATE_FILE, flag: 'wx' });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
