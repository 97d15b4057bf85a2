import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InstalledBridge } from '../../../../src/host/mcp/installedBridge';

describe('the bridge that agents start', () => {
  let directory: string;
  let folder: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-installed-'));
    folder = join(directory, 'storage', 'mcp');
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const bundle = (version: string, code = 'run();') => `// Fleet Cache bridge ${version}\n${code}\n`;

  /** A window with a version of the extension. */
  async function open(content: string): Promise<InstalledBridge> {
    const shipped = join(directory, `shipped-${Math.random()}.js`);
    await writeFile(shipped, content);
    return new InstalledBridge(shipped, folder);
  }

  const installed = () => readFile(join(folder, 'bridge.js'), 'utf8');

  it('is put where it stays, for nobody else to read or change', async () => {
    const bridge = await open(bundle('1.0.0'));
    await bridge.install();
    expect(bridge.path).toBe(join(folder, 'bridge.js'));
    expect(await installed()).toBe(bundle('1.0.0'));
    expect((await stat(bridge.path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(['bridge.js']);
  });

  it('is put nowhere before an agent is connected', async () => {
    await (await open(bundle('1.0.0'))).renew();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['1.0.0', '1.0.1', true],
    ['1.9.0', '1.10.0', true],
    ['0.9.9', '1.0.0', true],
    ['1.0.1', '1.0.0', false],
    ['2.0.0', '1.99.99', false],
    ['1.10.0', '1.9.0', false],
  ])('of version %s is replaced by %s: %s', async (present, next, isReplaced) => {
    for (const how of ['renew', 'install'] as const) {
      await (await open(bundle(present))).install();
      await (await open(bundle(next)))[how]();
      expect(await installed()).toBe(bundle(isReplaced ? next : present));
      await rm(folder, { recursive: true });
    }
  });

  it('of the same version stays until an agent is connected again', async () => {
    await (await open(bundle('1.0.0', 'first();'))).install();
    const other = await open(bundle('1.0.0', 'second();'));
    await other.renew();
    expect(await installed()).toContain('first();');
    await other.install();
    expect(await installed()).toContain('second();');
  });

  it('is replaced when it is of no version', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'bridge.js'), 'broken');
    await (await open(bundle('1.0.0'))).renew();
    expect(await installed()).toBe(bundle('1.0.0'));
  });

  it('says where it could not be put', async () => {
    await mkdir(join(directory, 'storage'));
    await writeFile(folder, 'no folder');
    await expect((await open(bundle('1.0.0'))).install()).rejects.toThrow(
      `cannot be put at ${join(folder, 'bridge.js')}`,
    );
    const missing = new InstalledBridge(join(directory, 'nothing.js'), join(directory, 'other'));
    await expect(missing.install()).rejects.toThrow('ENOENT');
    await missing.renew();
    await chmod(folder, 0o600);
  });
});
