import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A lock directory without an owner this long was left by a process that died between its two steps. */
const OWNERLESS_MS = 10_000;
const POLL_MS = 250;

/**
 * Runs `action` while this process holds the lock directory `path`, so that two runs on one checkout take turns.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} action
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, action, onWait) {
  let release = await tryLock(path);
  if (release === undefined) {
    onWait?.();
  }
  while (release === undefined) {
    await delay(POLL_MS);
    release = await tryLock(path);
  }
  try {
    return await action();
  } finally {
    await release();
  }
}

/**
 * Takes the lock directory `path` if nobody holds it. A lock whose owner is dead is taken over.
 *
 * @param {string} path
 * @returns {Promise<(() => Promise<void>) | undefined>} how to give it back; undefined if a living process holds it
 */
export async function tryLock(path) {
  await mkdir(dirname(path), { recursive: true });
  if (!(await makeLock(path))) {
    if (!(await isStale(path))) {
      return undefined;
    }
    await breakLock(path);
    if (!(await makeLock(path))) {
      return undefined;
    }
  }
  return () => rm(path, { recursive: true, force: true });
}

/** @param {string} path */
async function makeLock(path) {
  try {
    await mkdir(path);
  } catch (error) {
    if (error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
  await writeFile(join(path, 'owner'), String(process.pid));
  return true;
}

/** @param {string} path */
async function isStale(path) {
  const owner = Number(await readFile(join(path, 'owner'), 'utf8').catch(() => ''));
  if (owner > 0) {
    return !isAlive(owner);
  }
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_MS;
}

/**
 * Removes a stale lock under a second lock, because between looking and removing another process may have taken it over.
 *
 * @param {string} path
 */
async function breakLock(path) {
  const breaker = `${path}.break`;
  if (!(await makeLock(breaker))) {
    const made = await stat(breaker).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_MS) {
      await rm(breaker, { recursive: true, force: true });
    }
    return;
  }
  try {
    if (await isStale(path)) {
      await rm(path, { recursive: true, force: true });
    }
  } finally {
    await rm(breaker, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
