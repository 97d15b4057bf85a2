import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty, WireUint64 } from './units';

export interface WireApiVersion {
  major?: WireUint64;
  minor?: WireUint64;
  patch?: WireUint64;
  pre?: string;
  build?: string;
}

export type ApiVersionMethods = {
  readonly GetApiVersion: MethodDefinition<WireEmpty, WireApiVersion>;
};
