import type { PluginBuild } from 'esbuild';
import type { INamespace } from 'protobufjs';

/** Parses every file below proto/; rejects when one is broken or a reference leads nowhere. */
export function compileProtos(): Promise<INamespace>;

/** As {@link compileProtos}, for each service by itself, by its full name. */
export function compileServices(): Promise<Readonly<Record<string, INamespace>>>;

/** Serves the two as the modules `virtual:proto-descriptor` and `virtual:proto-services`, in an esbuild build as well as in Vite. */
export function protoDescriptorPlugin(): {
  name: string;
  setup(build: PluginBuild): void;
  resolveId(id: string): string | undefined;
  load(id: string): Promise<string | undefined>;
};
