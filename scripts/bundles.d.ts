import type { BuildOptions } from 'esbuild';

/** What bundles sources into one file that needs no other. */
export function selfContainedOptions(): BuildOptions;

/** What bundles entry points into `outdir` as they are shipped, the vendor files beside them; to be built one by one. */
export function shippedOptions(entryPoints: readonly string[], outdir: string): BuildOptions[];
