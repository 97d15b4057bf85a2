import type { MethodDefinition } from '@grpc/grpc-js';
import type { Options, PackageDefinition } from '@grpc/proto-loader';
import type {
  WireApiVersion,
  WireChunk,
  WireEmpty,
  WireGetCoolingStateResponse,
  WireGetErrorsResponse,
  WireGetHashboardsResponse,
  WireGetLogRequest,
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireGetMinerStatusResponse,
  WireGetSupportArchiveRequest,
  WireLoginRequest,
  WireLoginResponse,
  WireSetHashboardsRequest,
  WireSetHashboardsResponse,
  WireSetPasswordRequest,
} from './wire';

/**
 * What is absent on the wire is absent in the decoded object. `oneofs` names the member of a oneof that is set; protobufjs
 * counts a proto3 `optional` field as a oneof of its own, so decoded objects also carry `_field: 'field'` for those.
 */
const DECODING: Options = {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: false,
  oneofs: true,
};

// Type aliases, not interfaces: only those fit `server.addService`.

export type ApiVersionMethods = {
  readonly GetApiVersion: MethodDefinition<WireEmpty, WireApiVersion>;
};

export type AuthenticationMethods = {
  readonly Login: MethodDefinition<WireLoginRequest, WireLoginResponse>;
  readonly SetPassword: MethodDefinition<WireSetPasswordRequest, WireEmpty>;
};

export type MinerMethods = {
  readonly GetMinerStatus: MethodDefinition<WireEmpty, WireGetMinerStatusResponse>;
  readonly GetMinerDetails: MethodDefinition<WireEmpty, WireGetMinerDetailsResponse>;
  readonly GetMinerStats: MethodDefinition<WireEmpty, WireGetMinerStatsResponse>;
  readonly GetErrors: MethodDefinition<WireEmpty, WireGetErrorsResponse>;
  readonly GetHashboards: MethodDefinition<WireEmpty, WireGetHashboardsResponse>;
  readonly GetSupportArchive: MethodDefinition<WireGetSupportArchiveRequest, WireChunk>;
  readonly GetLog: MethodDefinition<WireGetLogRequest, WireChunk>;
  readonly EnableHashboards: MethodDefinition<WireSetHashboardsRequest, WireSetHashboardsResponse>;
  readonly DisableHashboards: MethodDefinition<WireSetHashboardsRequest, WireSetHashboardsResponse>;
};

export type CoolingMethods = {
  readonly GetCoolingState: MethodDefinition<WireEmpty, WireGetCoolingStateResponse>;
};

/**
 * The services of a miner. A method has all that a call needs: `path`, `requestSerialize` and `responseDeserialize` for
 * `client.makeUnaryRequest` and its siblings; the whole table goes to `server.addService`.
 */
export interface BraiinsServices {
  readonly apiVersion: ApiVersionMethods;
  readonly authentication: AuthenticationMethods;
  readonly miner: MinerMethods;
  readonly cooling: CoolingMethods;
}

/** Compiles the definitions of everything below proto/; takes tens of milliseconds, so keep the result. */
export async function loadPackageDefinition(): Promise<PackageDefinition> {
  const [protoLoader, descriptor] = await Promise.all([
    import('@grpc/proto-loader'),
    import('virtual:proto-descriptor'),
  ]);
  return protoLoader.fromJSON(descriptor.default, DECODING);
}

/** Picks the miner's services out of a loaded definition. */
export function minerServices(definition: PackageDefinition): BraiinsServices {
  return {
    apiVersion: service<ApiVersionMethods>(definition, 'braiins.bos.ApiVersionService'),
    authentication: service<AuthenticationMethods>(definition, 'braiins.bos.v1.AuthenticationService'),
    miner: service<MinerMethods>(definition, 'braiins.bos.v1.MinerService'),
    cooling: service<CoolingMethods>(definition, 'braiins.bos.v1.CoolingService'),
  };
}

/** {@link loadPackageDefinition} and {@link minerServices} in one. */
export async function loadMinerServices(): Promise<BraiinsServices> {
  return minerServices(await loadPackageDefinition());
}

function service<T>(definition: PackageDefinition, name: string): T {
  const found = definition[name];
  if (found === undefined) {
    throw new Error(`The compiled protocol definitions lack the service ${name}.`);
  }
  // The conformity test holds the types in wire.ts against the descriptor.
  return found as T;
}
