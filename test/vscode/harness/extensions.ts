import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { VsCodeServerInstall } from '../../../scripts/setup/vscodeServer';

/** The folders and the environment that a VS Code server runs with. */
export interface ServerFolders {
  readonly userDataDir: string;
  readonly extensionsDir: string;
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
}

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 120_000;

/**
 * Installs extensions as a user would: packaged ones through VS Code's own installer, unpacked folders by a copy.
 * What an earlier run installed already is left alone.
 */
export async function installExtensions(
  install: VsCodeServerInstall,
  { userDataDir, extensionsDir }: ServerFolders,
  extensions: readonly string[],
  baseArgs: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await mkdir(extensionsDir, { recursive: true });
  const packaged = extensions.filter((each) => each.endsWith('.vsix'));
  const stampFile = join(userDataDir, 'installed-extensions');
  const stamp = await fingerprint(packaged);
  if (packaged.length > 0 && (await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    await rm(stampFile, { force: true });
    const flags = packaged.flatMap((file) => ['--install-extension', file]);
    await run(install.nodeExecutable, [install.entryScript, ...baseArgs, ...flags, '--force'], {
      env,
      timeout: INSTALL_TIMEOUT_MS,
    });
    await writeFile(stampFile, stamp);
  }
  for (const folder of extensions.filter((each) => !each.endsWith('.vsix'))) {
    await installFolder(folder, extensionsDir);
  }
}

/** Copies an unpacked extension and enters it in VS Code's list; it loads nothing that is not listed there. */
async function installFolder(folder: string, extensionsDir: string): Promise<void> {
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const id = `${manifest.publisher}.${manifest.name}`;
  const relativeLocation = `${id}-${manifest.version}`;
  const target = join(extensionsDir, relativeLocation);
  await rm(target, { recursive: true, force: true });
  await cp(folder, target, { recursive: true });
  const listFile = join(extensionsDir, 'extensions.json');
  const list: { identifier: { id: string } }[] = JSON.parse(await readFile(listFile, 'utf8').catch(() => '[]'));
  const entry = {
    identifier: { id },
    version: manifest.version,
    location: { $mid: 1, path: target, scheme: 'file' },
    relativeLocation,
    metadata: { installedTimestamp: Date.now() },
  };
  await writeFile(listFile, JSON.stringify([...list.filter((each) => each.identifier.id !== id), entry]));
}

async function fingerprint(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}
