import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from './checkout';
import { findViolations } from './layers/check';
import { CheckFailure } from './testing/runner';

/** Fails with one line per import that breaks the layering of `src`. */
export async function checkLayers(): Promise<void> {
  const violations = findViolations(await readSources());
  if (violations.length > 0) {
    throw new CheckFailure(violations.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'));
  }
}

async function readSources(): Promise<Map<string, string>> {
  const names = (await readdir(join(CHECKOUT, 'src'), { recursive: true })).sort();
  const sources = new Map<string, string>();
  for (const name of names.filter((each) => each.endsWith('.ts'))) {
    sources.set(`src/${name.replaceAll('\\', '/')}`, await readFile(join(CHECKOUT, 'src', name), 'utf8'));
  }
  return sources;
}
