import { build } from 'esbuild';
import { webviewOptions } from '../../../scripts/bundles.js';

export interface Bundle {
  readonly script: string;
  readonly styles: string;
}

/** The dashboard's page as it is shipped. */
export function bundleDashboard(): Promise<Bundle> {
  return bundlePage('dashboard');
}

/** A page as it is shipped. */
export async function bundlePage(name: 'dashboard' | 'benchmark'): Promise<Bundle> {
  const { outputFiles } = await build({ ...webviewOptions('out'), minify: true, write: false });
  const textOf = (ending: string) => outputFiles?.find(({ path }) => path.endsWith(`${name}${ending}`))?.text ?? '';
  return { script: textOf('.js'), styles: textOf('.css') };
}
