import type { Options, PackageDefinition } from '@grpc/proto-loader';
import type { ActionsMethods } from './wire/actions';
import type { AdvancedSettingsMethods } from './wire/advancedSettings';
import type { AuthenticationMethods } from './wire/authentication';
import type { ConfigurationMethods } from './wire/configuration';
import type { CoolingMethods } from './wire/cooling';
import type { LicenseMethods } from './wire/license';
import type { MinerMethods } from './wire/miner';
import type { NetworkMethods } from './wire/network';
import type { PerformanceMethods } from './wire/performance';
import type { PoolMethods } from './wire/pool';
import type { UpgradeMethods } from './wire/upgrade';
import type { ApiVersionMethods } from './wire/version';

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

/**
 * The services of a miner. A method has all that a call needs: `path`, `requestSerialize` and `responseDeserialize` for
 * `client.makeUnaryRequest` and its siblings; the whole table goes to `server.addService`,
 * which takes type aliases and not interfaces.
 */
export interface BraiinsServices {
  readonly apiVersion: ApiVersionMethods;
  readonly authentication: AuthenticationMethods;
  readonly miner: MinerMethods;
  readonly pool: PoolMethods;
  readonly cooling: CoolingMethods;
  readonly performance: PerformanceMethods;
  readonly configuration: ConfigurationMethods;
  readonly actions: ActionsMethods;
  readonly network: NetworkMethods;
  readonly license: LicenseMethods;
  readonly upgrade: UpgradeMethods;
  readonly advancedSettings: AdvancedSettingsMethods;
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
    pool: service<PoolMethods>(definition, 'braiins.bos.v1.PoolService'),
    cooling: service<CoolingMethods>(definition, 'braiins.bos.v1.CoolingService'),
    performance: service<PerformanceMethods>(definition, 'braiins.bos.v1.PerformanceService'),
    configuration: service<ConfigurationMethods>(definition, 'braiins.bos.v1.ConfigurationService'),
    actions: service<ActionsMethods>(definition, 'braiins.bos.v1.ActionsService'),
    network: service<NetworkMethods>(definition, 'braiins.bos.v1.NetworkService'),
    license: service<LicenseMethods>(definition, 'braiins.bos.v1.LicenseService'),
    upgrade: service<UpgradeMethods>(definition, 'braiins.bos.v1.UpgradeService'),
    advancedSettings: service<AdvancedSettingsMethods>(definition, 'braiins.bos.v1.AdvancedSettingsService'),
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
  // The conformity test holds the types in wire/ against the descriptor.
  return found as T;
}
