import type { PluginBuild } from 'esbuild';
import type { INamespace } from 'protobufjs';

/** Parses every file below proto/; rejects when one is broken or a reference leads nowhere. */
export function compileProtos(): Promise<INamespace>;

/** Serves the descriptor as the module `virtual:proto-descriptor`, in an esbuild build as well as in Vite. */
export function protoDescriptorPlugin(): {
  name: string;
  setup(build: PluginBuild): void;
  resolveId(id: string): string | undefined;
  load(id: string): Promise<string | undefined>;
};
