import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBridgeRunner } from '../../../../src/host/mcp/bridgeRunner';

/** A start of Node.js takes a busy machine seconds. */
const PATIENCE_MS = 15_000;

describe('what runs the bridge', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-runner-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function program(script: string): Promise<string> {
    const path = join(directory, 'node');
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  /** Without Node.js of its own, what runs this is what VS Code would bring. */
  const own = { command: process.execPath, shellCommand: process.execPath, environment: {}, isPassing: true };

  it('is Node.js, by its path and by its name', async () => {
    expect(await findBridgeRunner(process.execPath, PATIENCE_MS)).toEqual({
      command: process.execPath,
      shellCommand: process.execPath,
      environment: {},
      isPassing: false,
    });
    const found = await program(`echo '["20.0.0","/opt/node/bin/node"]'`);
    expect(await findBridgeRunner(found, PATIENCE_MS)).toMatchObject({
      command: '/opt/node/bin/node',
      shellCommand: found,
    });
  });

  it.each([
    ['too old', `echo '["18.20.4","/usr/bin/node"]'`],
    ['something else', 'echo usage: node FILE'],
    ['nothing that says anything', 'true'],
    ['something that fails', 'echo \'["20.0.0","/x"]\'; exit 3'],
  ])('is VS Code’s own where Node.js is %s', async (_, script) => {
    expect(await findBridgeRunner(await program(script), PATIENCE_MS)).toEqual(own);
  });

  it('is VS Code’s own where there is no Node.js', async () => {
    expect(await findBridgeRunner(join(directory, 'nothing'))).toEqual(own);
  });

  it('is not waited for without end', async () => {
    expect(await findBridgeRunner(await program('exec sleep 60'), 200)).toEqual(own);
  });
});
