import type { BuildOptions } from 'esbuild';

/** What bundles sources into one file that needs no other. */
export function selfContainedOptions(): BuildOptions;

/** What bundles entry points into `outdir` as they are shipped, the vendor files beside them; to be built one by one. */
export function shippedOptions(entryPoints: readonly string[], outdir: string): BuildOptions[];

/** What bundles the bridge into `outdir`: `bridge.js`, one file that needs no other. */
export function bridgeOptions(outdir: string): BuildOptions;

/** What bundles the dashboard's page into `outdir`: `dashboard.js` and `dashboard.css`. */
export function webviewOptions(outdir: string): BuildOptions;
