// Compiles the .proto files while a bundle is made, because the packaged extension ships none of them.
const { readdir } = require('node:fs/promises');
const path = require('node:path');

const PROTO_ROOT = path.join(__dirname, '..', 'proto');

const NAMESPACE = 'proto-descriptor';

/** What is made of the files, by the module that serves it. */
const MODULES = {
  'virtual:proto-descriptor': compileProtos,
  'virtual:proto-services': compileServices,
};

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
  const { root } = await loadRoot();
  return root.toJSON();
}

/**
 * As {@link compileProtos}, for each service by itself, with only what its methods need: whoever calls one of them does not wait
 * for the messages of the others.
 *
 * @returns {Promise<Record<string, import('protobufjs').INamespace>>} by the service's full name
 */
async function compileServices() {
  const { protobuf, root } = await loadRoot();
  const services = objectsBelow(root).filter((object) => object instanceof protobuf.Service);
  return Object.fromEntries(services.map((service) => [service.fullName.slice(1), partOf(service, protobuf)]));
}

async function loadRoot() {
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
  return { protobuf, root: root.resolveAll() };
}

/**
 * @param {import('protobufjs').NamespaceBase} namespace
 * @returns {import('protobufjs').ReflectionObject[]} all that is in it, at any depth
 */
function objectsBelow(namespace) {
  return namespace.nestedArray.flatMap((object) => [object, ...('nestedArray' in object ? objectsBelow(object) : [])]);
}

/** The service and every message and enum that its methods reach, where they are in the whole. */
function partOf(service, protobuf) {
  const needed = new Set([service]);
  const add = (object) => {
    // What is defined inside a message comes with it.
    const outermost = object.parent instanceof protobuf.Type ? undefined : object;
    if (outermost === undefined) {
      add(object.parent);
    } else if (!needed.has(outermost)) {
      needed.add(outermost);
      const types = [outermost, ...('nestedArray' in outermost ? objectsBelow(outermost) : [])];
      const fields = types.flatMap((type) => type.fieldsArray ?? []);
      fields.flatMap(({ resolvedType }) => resolvedType ?? []).forEach(add);
    }
  };
  for (const { resolvedRequestType, resolvedResponseType } of service.methodsArray) {
    add(resolvedRequestType);
    add(resolvedResponseType);
  }
  const part = { nested: {} };
  for (const object of needed) {
    let place = part;
    for (const name of object.parent.fullName.split('.').slice(1)) {
      place.nested[name] ??= { nested: {} };
      place = place.nested[name];
    }
    place.nested[object.name] = object.toJSON();
  }
  return part;
}

/**
 * One plugin for esbuild and for Vite. A class, because esbuild rejects a plugin with enumerable properties that it does not
 * know, and methods of a class are not enumerable.
 */
class ProtoDescriptorPlugin {
  name = NAMESPACE;

  /**
   * esbuild's half.
   *
   * @param {import('esbuild').PluginBuild} build
   */
  setup(build) {
    build.onResolve({ filter: /^virtual:proto-/ }, ({ path: id }) => ({ path: id, namespace: NAMESPACE }));
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path: id }) => ({
      contents: JSON.stringify(await MODULES[id]()),
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
    // The NUL keeps Vite's other plugins from taking the id for a file.
    return id in MODULES ? `\0${id}` : undefined;
  }

  /** @param {string} id */
  async load(id) {
    const compile = id.startsWith('\0') ? MODULES[id.slice(1)] : undefined;
    return compile === undefined ? undefined : `export default ${JSON.stringify(await compile())};`;
  }
}

/** The plugin that serves what is compiled as the modules in {@link MODULES}. */
function protoDescriptorPlugin() {
  return new ProtoDescriptorPlugin();
}

module.exports = { compileProtos, compileServices, protoDescriptorPlugin };
