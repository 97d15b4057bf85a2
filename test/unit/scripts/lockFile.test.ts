import { describe, expect, it } from 'vitest';
import { completeLockFile, missingPackages } from '../../../scripts/setup/lockFile';

const tool = {
  version: '1.0.0',
  dev: true,
  optionalDependencies: { '@tool/linux-x64': '1.0.0', '@tool/linux-arm64-musl': '1.0.0', '@tool/win32-x64': '1.0.0' },
};
const here = { version: '1.0.0', dev: true, optional: true, os: ['linux'], cpu: ['x64'] };

describe('a lock file', () => {
  it('lacks the packages for other systems that npm left out', () => {
    const lock = { packages: { 'node_modules/tool': tool, 'node_modules/@tool/linux-x64': here } };
    expect(missingPackages(lock).map(({ name }) => name)).toEqual(['@tool/linux-arm64-musl', '@tool/win32-x64']);
  });

  it('has them wherever the wanting package would find them', () => {
    const packages = {
      'node_modules/a/node_modules/tool': { ...tool, optionalDependencies: { '@tool/linux-x64': '1.0.0' } },
      'node_modules/a/node_modules/@tool/linux-x64': here,
    };
    expect(missingPackages({ packages })).toEqual([]);
  });

  it('is completed with entries that other systems skip', () => {
    const lock = { packages: { 'node_modules/tool': tool, 'node_modules/@tool/linux-x64': here } };
    const { packages } = completeLockFile(lock);
    expect(packages['node_modules/@tool/linux-arm64-musl']).toEqual({
      version: '1.0.0',
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
      dev: true,
      optional: true,
    });
    expect(packages['node_modules/@tool/win32-x64']).toMatchObject({ os: ['win32'], cpu: ['x64'] });
    expect(missingPackages({ packages })).toEqual([]);
  });
});
