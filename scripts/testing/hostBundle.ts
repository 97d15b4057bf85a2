import { copyFile, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CHECKOUT } from '../checkout';

const RUNNER = join(CHECKOUT, 'test', 'vscode', 'hostRunner');
const SUITES = join(CHECKOUT, 'test', 'vscode', 'suite');

/** Bundles the test runner and the suites of the extension host into `folder`, as an unpacked extension. */
export async function bundleHostTests(folder: string): Promise<void> {
  const names = await readdir(SUITES, { recursive: true }).catch(() => []);
  const suites = names.filter((name) => name.endsWith('.test.ts'));
  if (suites.length === 0) {
    throw new Error(`no test suites in ${SUITES}`);
  }
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await copyFile(join(RUNNER, 'package.json'), join(folder, 'package.json'));
  // Mocha itself is not bundled: runner and suites have to share one.
  await symlink(join(CHECKOUT, 'node_modules', 'mocha'), join(folder, 'node_modules', 'mocha'), 'junction');
  await build({
    entryPoints: [
      { in: join(RUNNER, 'extension.ts'), out: 'extension' },
      ...suites.map((name) => ({ in: join(SUITES, name), out: join('suite', name.replace(/\.ts$/, '')) })),
    ],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
}
