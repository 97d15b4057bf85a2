// How the sources become bundles: for dist/, and for whoever tests or measures what users run.
const { readFile } = require('node:fs/promises');
const { version } = require('../package.json');
const { protoDescriptorPlugin } = require('./protoDescriptor.js');

/**
 * The packages that are heavy to load, by the file in vendor/ that holds them. They stand beside the entry points' bundles
 * because a JavaScript engine reads a file as a whole: within the extension's bundle they would be parsed while VS Code waits
 * for it, used or not. What is in one file is used together, and shares its inner packages.
 */
const VENDOR_FILES = {
  grpc: ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'protobufjs/light', 'protobufjs/ext/descriptor'],
  ioredis: ['ioredis'],
  cache: ['cockatiel', 'lru-cache'],
  prometheus: ['prom-client'],
  protoServices: ['virtual:proto-services'],
  mcp: [
    '@modelcontextprotocol/sdk/server/completable.js',
    '@modelcontextprotocol/sdk/server/mcp.js',
    '@modelcontextprotocol/sdk/server/stdio.js',
    '@modelcontextprotocol/sdk/server/streamableHttp.js',
    '@modelcontextprotocol/sdk/types.js',
    'zod',
  ],
};
const VENDOR_FOLDER = 'vendor';

/** @type {import('esbuild').BuildOptions} */
const SOURCE_OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  // Its CommonJS build is UMD, whose inner requires a bundler cannot see.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * What bundles sources into one file that needs no other.
 *
 * @returns {import('esbuild').BuildOptions}
 */
function selfContainedOptions() {
  return { ...SOURCE_OPTIONS, plugins: [protoDescriptorPlugin()] };
}

/**
 * What bundles entry points into `outdir` as they are shipped: one file each with all of our own code that it uses, so that
 * there is one of each class, and one for each of {@link VENDOR_FILES}, which they load on first use.
 *
 * @param {readonly string[]} entryPoints
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions[]} to be built one by one
 */
function shippedOptions(entryPoints, outdir) {
  const vendorEntries = Object.keys(VENDOR_FILES).map((file) => `${VENDOR_FOLDER}/${file}`);
  return [
    {
      ...SOURCE_OPTIONS,
      entryPoints: [...entryPoints],
      outdir,
      plugins: [useVendorFiles(), protoDescriptorPlugin(), useVscodeAsItIs()],
    },
    {
      ...SOURCE_OPTIONS,
      entryPoints: vendorEntries,
      outdir,
      outbase: '.',
      plugins: [makeVendorFiles(), protoDescriptorPlugin()],
    },
  ];
}

/**
 * What bundles the bridge into `outdir`: one file that needs no other, because it is copied to where agents start it. Its first line
 * says of which version it is, so that an older one is known without being run.
 *
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions}
 */
function bridgeOptions(outdir) {
  const banner = { js: `// Fleet Cache bridge ${version}` };
  return { ...SOURCE_OPTIONS, entryPoints: ['src/bridge.ts'], outdir, banner };
}

/**
 * What bundles the pages, of the dashboard and of benchmarks, into `outdir`: one script and one style sheet each, for the Chromium of the oldest VS Code that the
 * product runs in.
 *
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions}
 */
function webviewOptions(outdir) {
  return {
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome134',
    entryPoints: [
      { in: 'src/webview/main.ts', out: 'dashboard' },
      { in: 'src/webview/dashboard.css', out: 'dashboard' },
      { in: 'src/webview/benchmark/main.ts', out: 'benchmark' },
      { in: 'src/webview/benchmark/benchmark.css', out: 'benchmark' },
    ],
    outdir,
    tsconfig: 'src/webview/tsconfig.json',
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/**
 * Takes every import of a package in {@link VENDOR_FILES}, also one by another package, from its vendor file.
 *
 * @returns {import('esbuild').Plugin}
 */
function useVendorFiles() {
  const fileOf = new Map(Object.entries(VENDOR_FILES).flatMap(([file, names]) => names.map((name) => [name, file])));
  return {
    name: 'use-vendor-files',
    setup(build) {
      build.onResolve({ filter: /^[@\w]/ }, ({ path }) =>
        fileOf.has(path) ? { path, namespace: VENDOR_FOLDER } : undefined,
      );
      build.onResolve({ filter: /^\./, namespace: VENDOR_FOLDER }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: VENDOR_FOLDER }, ({ path }) => ({
        contents: `module.exports = require('./${VENDOR_FOLDER}/${fileOf.get(path)}.js')[${JSON.stringify(path)}];`,
      }));
    },
  };
}

/**
 * Asks for VS Code's API once, and takes it as it is. What is imported as a namespace is copied, property by property, for every
 * importing module, and VS Code looks up for whom each `require` of it is: together a third of the time that loading took.
 *
 * @returns {import('esbuild').Plugin}
 */
function useVscodeAsItIs() {
  const namespace = 'vscode-api';
  return {
    name: 'use-vscode-as-it-is',
    setup(build) {
      build.onResolve({ filter: /^vscode$/ }, ({ path, importer }) =>
        importer === path ? { path, external: true } : { path, namespace },
      );
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return {
          contents: source.replace("import * as vscode from 'vscode';", "const vscode = require('vscode');"),
          loader: 'ts',
        };
      });
    },
  };
}

/**
 * Makes the vendor files: each exports its packages by name, and runs the one that is asked for.
 *
 * @returns {import('esbuild').Plugin}
 */
function makeVendorFiles() {
  return {
    name: 'make-vendor-files',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${VENDOR_FOLDER}/`) }, ({ path, kind }) =>
        kind === 'entry-point' ? { path, namespace: VENDOR_FOLDER } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: VENDOR_FOLDER }, ({ path }) => {
        const getters = VENDOR_FILES[path.slice(VENDOR_FOLDER.length + 1)].map(
          (name) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(name)}); }`,
        );
        return { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: `${__dirname}/..` };
      });
    },
  };
}

module.exports = { bridgeOptions, selfContainedOptions, shippedOptions, webviewOptions };
