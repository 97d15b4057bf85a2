import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryLock, withLock } from '../../../scripts/setup/lock.mjs';
import { isInstalled } from '../../../scripts/setup/nodeModules.mjs';
import { findProgram } from '../../../scripts/setup/programs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-cache-setup-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a lock', () => {
  const NO_PROCESS = 2 ** 22 + 1;

  it('lets one action run at a time', async () => {
    const path = join(folder, 'lock');
    const events: string[] = [];
    const action = async () => {
      events.push('begin');
      await new Promise((resolve) => setTimeout(resolve, 50));
      events.push('end');
    };
    await Promise.all([withLock(path, action), withLock(path, action), withLock(path, action)]);
    expect(events).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  });

  it('is given back when the action fails', async () => {
    const path = join(folder, 'lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await tryLock(path)).toBeTypeOf('function');
  });

  it('is refused while its owner lives', async () => {
    const release = await tryLock(join(folder, 'lock'));
    expect(await tryLock(join(folder, 'lock'))).toBeUndefined();
    await release?.();
    expect(await tryLock(join(folder, 'lock'))).toBeTypeOf('function');
  });

  it('is taken over from a dead owner, by one only', async () => {
    const path = join(folder, 'lock');
    await mkdir(path);
    await writeFile(join(path, 'owner'), String(NO_PROCESS));
    const taken = await Promise.all([tryLock(path), tryLock(path), tryLock(path)]);
    expect(taken.filter((release) => release !== undefined)).toHaveLength(1);
  });

  it('without an owner is left alone while it is young, and taken over when it is old', async () => {
    const path = join(folder, 'lock');
    await mkdir(path);
    expect(await tryLock(path)).toBeUndefined();
    const old = new Date(Date.now() - 60_000);
    await utimes(path, old, old);
    expect(await tryLock(path)).toBeTypeOf('function');
  });
});

describe('the npm packages', () => {
  const lock = (packages: Record<string, object>) =>
    JSON.stringify({ packages: { '': { version: '0.1.0' }, ...packages } });
  const a = { version: '1.0.0', integrity: 'sha512-a' };
  const optional = { version: '1.0.0', integrity: 'sha512-o', optional: true };

  async function installed(wanted: string, present?: string): Promise<boolean> {
    await writeFile(join(folder, 'package-lock.json'), wanted);
    if (present !== undefined) {
      await mkdir(join(folder, 'node_modules'));
      await writeFile(join(folder, 'node_modules', '.package-lock.json'), present);
    }
    return await isInstalled(folder);
  }

  it('are there when npm has recorded what the lock file says', async () => {
    expect(await installed(lock({ 'node_modules/a': a }), lock({ 'node_modules/a': a }))).toBe(true);
  });

  it('may lack what is for other systems only', async () => {
    const wanted = lock({ 'node_modules/a': a, 'node_modules/o': optional });
    expect(await installed(wanted, lock({ 'node_modules/a': a }))).toBe(true);
  });

  it('are missing without a record, which an interrupted install does not leave', async () => {
    expect(await installed(lock({ 'node_modules/a': a }))).toBe(false);
  });

  it('are out of date when the lock file has another version, or one more', async () => {
    const newer = { version: '1.0.1', integrity: 'sha512-b' };
    expect(await installed(lock({ 'node_modules/a': newer }), lock({ 'node_modules/a': a }))).toBe(false);
    await rm(join(folder, 'node_modules'), { recursive: true });
    const more = lock({ 'node_modules/a': a, 'node_modules/b': a });
    expect(await installed(more, lock({ 'node_modules/a': a }))).toBe(false);
  });
});

describe('a program', () => {
  it('is the first of the names that is on PATH and can be run', async () => {
    await writeFile(join(folder, 'valkey-server'), '');
    await writeFile(join(folder, 'redis-server'), '');
    await mkdir(join(folder, 'chromium'));
    await chmod(join(folder, 'valkey-server'), 0o755);
    expect(findProgram(['redis-server', 'valkey-server'], folder)).toBe(join(folder, 'valkey-server'));
    expect(findProgram(['chromium'], `/nowhere:${folder}`)).toBeUndefined();
  });
});
