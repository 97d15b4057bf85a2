import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, errorCode, FleetCacheError } from '../../base/errors';
import { writePrivateFile } from './privateFiles';

const FILE = 'machine-id';
const BYTES = 16;
const FORM = /^[\w-]{22}$/;

/**
 * Tells the machine, or the container, that windows work on apart from others that the same person works on: what a window keeps
 * as a secret stays with the person, whichever machine it works on. Made when it is first asked for; no secret itself.
 *
 * @param folder private, and the same for every window of this machine.
 * @throws {FleetCacheError} when it cannot be written.
 */
export async function readMachineId(folder: string): Promise<string> {
  const path = join(folder, FILE);
  try {
    return (await readId(path)) ?? (await makeId(path));
  } catch (error) {
    throw new FleetCacheError(
      `${path} cannot be read or written: ${describeError(error)}. Fleet Cache keeps one MCP token per machine by it; check the folder's permissions and space.`,
      { cause: error },
    );
  }
}

/** @returns `undefined` when there is none, or none that can be used. */
async function readId(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return FORM.test(text) ? text : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Another window may make one at the same time: the first one stays. */
async function makeId(path: string): Promise<string> {
  const id = randomBytes(BYTES).toString('base64url');
  const mine = `${path}.${id}`;
  await writePrivateFile(mine, id);
  try {
    await link(mine, path);
    return id;
  } catch (error) {
    const first = await readId(path);
    if (errorCode(error) === 'EEXIST' && first !== undefined) {
      return first;
    }
    // It was damaged, or the file system knows no links.
    await writePrivateFile(path, id);
    return id;
  } finally {
    await rm(mine, { force: true });
  }
}
