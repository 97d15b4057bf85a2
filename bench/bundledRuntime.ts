import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { selfContainedOptions } from '../scripts/bundles.js';
import { CHECKOUT } from '../scripts/checkout';
import type { createRuntime } from '../src/runtime';

/** The runtime as a bundle, as users run it: the sources alone do not contain the compiled protocol. */
export async function loadRuntime(): Promise<{ readonly createRuntime: typeof createRuntime }> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
  try {
    const outfile = join(directory, 'runtime.js');
    await build({ ...selfContainedOptions(), entryPoints: [join(CHECKOUT, 'src', 'runtime.ts')], outfile });
    return createRequire(outfile)(outfile);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
