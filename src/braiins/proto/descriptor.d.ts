/** The .proto files of this project, compiled by scripts/protoDescriptor.js while the bundle is made. */
declare module 'virtual:proto-descriptor' {
  import type { INamespace } from 'protobufjs';

  const descriptor: INamespace;
  // biome-ignore lint/style/noDefaultExport: bundlers give a JSON module as its default export.
  export default descriptor;
}
