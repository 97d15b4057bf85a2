import { build } from 'esbuild';
import { webviewOptions } from '../../../scripts/bundles.js';

export interface Bundle {
  readonly script: string;
  readonly styles: string;
}

/** As it is shipped. */
export async function bundleDashboard(): Promise<Bundle> {
  const { outputFiles } = await build({ ...webviewOptions('out'), minify: true, write: false });
  const textOf = (ending: string) => outputFiles?.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js'), styles: textOf('.css') };
}
