// Bundles every entry point into one CommonJS file in dist/. One bundle each, because a split ESM build loads slower in the
// extension host; heavy packages are imported dynamically and lie beside them in dist/vendor/, so that they load on first use
// only.
const { bridgeOptions, shippedOptions, webviewOptions } = require('./scripts/bundles.js');

const ENTRY_POINTS = ['src/extension.ts', 'src/server.ts', 'src/simulate.ts', 'src/benchmark.ts'];

const isWatching = process.argv.includes('--watch');
const options = [...shippedOptions(ENTRY_POINTS, 'dist'), bridgeOptions('dist'), webviewOptions('dist/webview')].map(
  (each) => ({
    ...each,
    minify: !isWatching,
    sourcemap: isWatching ? 'linked' : false,
    metafile: process.argv.includes('--metafile'),
  }),
);

async function main() {
  const esbuild = require('esbuild');
  if (isWatching) {
    const contexts = await Promise.all(options.map((each) => esbuild.context(each)));
    await Promise.all(contexts.map((context) => context.watch()));
    return;
  }
  for (const { metafile } of await Promise.all(options.map((each) => esbuild.build(each)))) {
    if (metafile) {
      console.log(await esbuild.analyzeMetafile(metafile, { verbose: false }));
    }
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
