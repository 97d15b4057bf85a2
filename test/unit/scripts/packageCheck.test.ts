import { describe, expect, it } from 'vitest';
import { packageProblems } from '../../../scripts/testing/packageCheck';
import { zipEntryNames } from '../../../scripts/testing/zip';

const COMPLETE = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
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
  'extension/media/icon.png',
];

describe('a package', () => {
  it('is fine when it has what it needs and nothing else', () => {
    expect(packageProblems(700_000, COMPLETE)).toEqual([]);
  });

  it('must not be too large', () => {
    expect(packageProblems(2_097_153, COMPLETE)).toEqual(['the package has 2097153 bytes; 2097152 are allowed']);
  });

  it('must not lack a bundle', () => {
    const names = COMPLETE.filter((name) => name !== 'extension/dist/server.js');
    expect(packageProblems(1, names)).toEqual(['the package lacks extension/dist/server.js']);
  });

  it.each([
    'extension/src/extension.ts',
    'extension/dist/extension.js.map',
    'extension/dist/fleet-cache.vsix',
    'extension/node_modules/ioredis/package.json',
    'extension/.env',
  ])('must not contain %s', (name) => {
    expect(packageProblems(1, [...COMPLETE, name])).toEqual([`the package must not contain ${name}`]);
  });
});

describe('the names in a ZIP archive', () => {
  it('come from its directory', () => {
    expect(zipEntryNames(archiveOf('a.txt', 'folder/', 'folder/b.txt'))).toEqual(['a.txt', 'folder/b.txt']);
  });

  it('cannot be read from something else', () => {
    expect(() => zipEntryNames(Buffer.from('no archive, but long enough to look into'))).toThrow('not a ZIP archive');
  });
});

/** The directory of an archive; the files themselves do not matter here. */
function archiveOf(...names: string[]): Buffer {
  const entries = names.map((name) => {
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    return Buffer.concat([entry, Buffer.from(name)]);
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 10);
  return Buffer.concat([...entries, end]);
}
