import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A lock directory without an owner this long was left by a process that died between its two steps. */
const OWNERLESS_MS = 10_000;
const POLL_MS = 250;

/**
 * Runs `action` while this process holds the lock directory `path`, so that two runs on one checkout take turns.
 * A lock whose owner is dead is taken over.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} action
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, action, onWait) {
  await mkdir(dirname(path), { recursive: true });
  let waited = false;
  while (!(await tryLock(path))) {
    if (await isStale(path)) {
      await breakLock(path);
      continue;
    }
    if (!waited) {
      waited = true;
      onWait?.();
    }
    await delay(POLL_MS);
  }
  try {
    return await action();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** @param {string} path */
async function tryLock(path) {
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
  if (!(await tryLock(breaker))) {
    const made = await stat(breaker).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_MS) {
      await rm(breaker, { recursive: true, force: true });
    }
    await delay(POLL_MS);
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
