/** The .proto files of this project, compiled by scripts/protoDescriptor.js while the bundle is made. */
declare module 'virtual:proto-descriptor' {
  import type { INamespace } from 'protobufjs';

  const descriptor: INamespace;
  // biome-ignore lint/style/noDefaultExport: bundlers give a JSON module as its default export.
  export default descriptor;
}

/** The same for each service by itself, with only what its methods need, by the service's full name. */
declare module 'virtual:proto-services' {
  import type { INamespace } from 'protobufjs';

  const services: Readonly<Record<string, INamespace>>;
  // biome-ignore lint/style/noDefaultExport: bundlers give a JSON module as its default export.
  export default services;
}
