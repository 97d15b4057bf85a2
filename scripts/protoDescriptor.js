// Compiles the .proto files while a bundle is made, because the packaged extension ships none of them.
const { readdir } = require('node:fs/promises');
const path = require('node:path');

const VIRTUAL_ID = 'virtual:proto-descriptor';
// The NUL keeps Vite's other plugins from taking the id for a file.
const VITE_ID = `\0${VIRTUAL_ID}`;
const PROTO_ROOT = path.join(__dirname, '..', 'proto');

/** @returns {Promise<string[]>} every .proto file below proto/, in a stable order */
async function protoFiles() {
  const names = await readdir(PROTO_ROOT, { recursive: true });
  return names
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => path.join(PROTO_ROOT, name));
}

/**
 * Parses every file below proto/ and resolves all references, so that a broken reference fails the build and not a call.
 *
 * @returns {Promise<import('protobufjs').INamespace>} the descriptor as protobufjs' JSON, field names as in the files
 */
async function compileProtos() {
  // Not required: when Vite bundles its configuration into an ES module, it turns that into a path which require rejects.
  const { default: protobuf } = await import('protobufjs');
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    // Known to protobufjs itself; there is no file to read.
    if (protobuf.common.get(target) || path.isAbsolute(target)) {
      return target;
    }
    return path.join(PROTO_ROOT, target);
  };
  await root.load(await protoFiles(), { keepCase: true });
  return root.resolveAll().toJSON();
}

/**
 * One plugin for esbuild and for Vite. A class, because esbuild rejects a plugin with enumerable properties that it does not
 * know, and methods of a class are not enumerable.
 */
class ProtoDescriptorPlugin {
  name = 'proto-descriptor';

  /**
   * esbuild's half.
   *
   * @param {import('esbuild').PluginBuild} build
   */
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${VIRTUAL_ID}$`) }, () => ({ path: VIRTUAL_ID, namespace: VIRTUAL_ID }));
    build.onLoad({ filter: /.*/, namespace: VIRTUAL_ID }, async () => ({
      contents: JSON.stringify(await compileProtos()),
      loader: 'json',
      watchFiles: await protoFiles(),
    }));
  }

  /**
   * Vite's half.
   *
   * @param {string} id
   */
  resolveId(id) {
    return id === VIRTUAL_ID ? VITE_ID : undefined;
  }

  /** @param {string} id */
  async load(id) {
    return id === VITE_ID ? `export default ${JSON.stringify(await compileProtos())};` : undefined;
  }
}

/** The plugin that serves the descriptor as the module `virtual:proto-descriptor`. */
function protoDescriptorPlugin() {
  return new ProtoDescriptorPlugin();
}

module.exports = { compileProtos, protoDescriptorPlugin };
