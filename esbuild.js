// Bundles every entry point into one CommonJS file in dist/. One bundle each, because a split ESM build loads slower in the
// extension host; heavy packages are imported dynamically, so that esbuild wraps them and they run on first use only.
const { protoDescriptorPlugin } = require('./scripts/protoDescriptor.js');

const ENTRY_POINTS = ['src/extension.ts', 'src/server.ts', 'src/simulate.ts'];

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: ENTRY_POINTS,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  // Its CommonJS build is UMD, whose inner requires a bundler cannot see.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  minify: !process.argv.includes('--watch'),
  sourcemap: process.argv.includes('--watch') ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: process.argv.includes('--metafile'),
  plugins: [protoDescriptorPlugin()],
};

async function main() {
  const esbuild = require('esbuild');
  if (process.argv.includes('--watch')) {
    const context = await esbuild.context(options);
    await context.watch();
    return;
  }
  const result = await esbuild.build(options);
  if (result.metafile) {
    console.log(await esbuild.analyzeMetafile(result.metafile, { verbose: false }));
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
