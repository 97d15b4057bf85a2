import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT, INSTALL_FOLDER, VSIX } from '../checkout';
import { runCommand } from '../processes/command';
import { withProgress } from './progress';

/** What the package is made from. */
const INPUTS = [
  ...['src', 'proto', 'media', 'package.json', 'package-lock.json', 'tsconfig.json', 'esbuild.js', '.vscodeignore'],
  ...['scripts/bundles.js', 'scripts/protoDescriptor.js', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];
const STAMP = join(INSTALL_FOLDER, 'packaged-inputs');
const TIMEOUT_MS = 3 * 60_000;

/** Builds and packages the extension, unless that was done already with the same sources. */
export async function ensurePackage(): Promise<void> {
  const inputs = await hashFiles(INPUTS.map((name) => join(CHECKOUT, name)));
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === `${inputs} ${await hashFiles(builtFiles())}`) {
    return;
  }
  await withProgress('Building and packaging the extension', async () => {
    await rm(STAMP, { force: true });
    const { ok, output } = await runCommand('npm', ['run', '--silent', 'package'], { timeoutMs: TIMEOUT_MS });
    if (!ok) {
      throw new Error(`npm run package failed:\n${output.trim()}`);
    }
    await mkdir(INSTALL_FOLDER, { recursive: true });
    await writeFile(STAMP, `${inputs} ${await hashFiles(builtFiles())}`);
  });
}

function builtFiles(): string[] {
  return [VSIX, join(CHECKOUT, 'dist', 'simulate.js'), join(CHECKOUT, 'dist', 'vendor')];
}

/** A checksum over names and contents of files and folders; what does not exist counts as empty. */
async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths.filter((each) => existsSync(each))) {
    const isFolder = (await stat(path)).isDirectory();
    const names = isFolder ? (await readdir(path, { recursive: true })).sort().map((name) => join(path, name)) : [path];
    for (const name of names) {
      if ((await stat(name)).isFile()) {
        hash.update(`${name}\0`).update(await readFile(name));
      }
    }
  }
  return hash.digest('hex');
}
