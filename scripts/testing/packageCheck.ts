import { readFile } from 'node:fs/promises';
import { VSIX } from '../checkout';
import { CheckFailure } from './runner';
import { zipEntryNames } from './zip';

const LARGEST_BYTES = 2 * 1024 * 1024;

/** What the package has to contain. */
const REQUIRED = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  'extension/dist/extension.js',
  'extension/dist/server.js',
  'extension/dist/simulate.js',
  'extension/dist/benchmark.js',
  'extension/dist/bridge.js',
  'extension/dist/vendor/grpc.js',
  'extension/dist/vendor/ioredis.js',
  'extension/dist/vendor/mcp.js',
  'extension/dist/vendor/prometheus.js',
  'extension/dist/webview/dashboard.js',
  'extension/dist/webview/dashboard.css',
  'extension/dist/webview/benchmark.js',
  'extension/dist/webview/benchmark.css',
];

/** What it may contain besides: the packaging's own two files, other bundles, and media. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/dist\/([\w-]+\/)?[\w-]+\.(js|css)$/,
  /^extension\/media\/[\w./-]+$/,
];

/** Checks size and contents of the packaged extension. */
export async function checkPackage(): Promise<void> {
  const archive = await readFile(VSIX);
  const problems = packageProblems(archive.length, zipEntryNames(archive));
  if (problems.length > 0) {
    throw new CheckFailure(problems.join('\n'));
  }
}

/** What is wrong with a package of this size and with these files; empty if nothing is. */
export function packageProblems(bytes: number, names: readonly string[]): string[] {
  const problems: string[] = [];
  if (bytes > LARGEST_BYTES) {
    problems.push(`the package has ${bytes} bytes; ${LARGEST_BYTES} are allowed`);
  }
  for (const name of REQUIRED.filter((each) => !names.includes(each))) {
    problems.push(`the package lacks ${name}`);
  }
  for (const name of names.filter((each) => !REQUIRED.includes(each) && !ALLOWED.some((form) => form.test(each)))) {
    problems.push(`the package must not contain ${name}`);
  }
  return problems;
}
