import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from './checkout';
import { completeLockFile, type LockFile, missingPackages } from './setup/lockFile';
import { CheckFailure } from './testing/runner';

const FILE = join(CHECKOUT, 'package-lock.json');

/** Enters the packages for other systems that npm left out of the lock file. */
export async function main(): Promise<number> {
  const lock = await readLockFile();
  const missing = missingPackages(lock);
  if (missing.length > 0) {
    await writeFile(FILE, `${JSON.stringify(completeLockFile(lock), null, 2)}\n`);
  }
  console.log(`entered ${missing.length} packages for other systems`);
  return 0;
}

/** Fails if `npm ci` would refuse the lock file. */
export async function checkLockFile(): Promise<void> {
  const missing = missingPackages(await readLockFile());
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name}@${version}`).join('\n');
    throw new CheckFailure(
      `package-lock.json lacks these; "node scripts/run.mjs completeLockFile" adds them:\n${names}`,
    );
  }
}

async function readLockFile(): Promise<LockFile> {
  return JSON.parse(await readFile(FILE, 'utf8'));
}
