import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';

/**
 * Runs `npm ci` in `checkout` when its `node_modules` is missing, was left half-way, or is not what the lock file says.
 *
 * @param {string} [checkout]
 */
export async function installNodeModules(checkout = process.cwd()) {
  if (await isInstalled(checkout)) {
    return;
  }
  const waiting = () => console.log('Waiting for another run that installs the npm packages …');
  await withLock(
    join(checkout, '.vscode-test', 'npm-ci.lock'),
    async () => {
      if (await isInstalled(checkout)) {
        return;
      }
      console.log('Installing the npm packages …');
      const start = Date.now();
      await runNpm(['ci', '--include=dev'], { cwd: checkout });
      console.log(`Installed the npm packages (${Math.round((Date.now() - start) / 1000)} s)`);
    },
    waiting,
  );
}

/**
 * Tells whether `node_modules` holds what the lock file asks for. npm writes its own record as the last step of an
 * install, so an interrupted one has none, and an install by hand counts too.
 *
 * @param {string} checkout
 */
export async function isInstalled(checkout) {
  const wanted = await readPackages(join(checkout, 'package-lock.json'));
  const present = await readPackages(join(checkout, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) {
    throw new Error(`${checkout} has no package-lock.json that can be read`);
  }
  if (present === undefined) {
    return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    const found = present[path];
    if (path === '' || (found === undefined && entry.optional === true)) {
      return true;
    }
    return found?.version === entry.version && found?.integrity === entry.integrity;
  });
}

/** @param {string} file */
async function readPackages(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
