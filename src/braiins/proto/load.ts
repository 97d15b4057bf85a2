import type { MethodDefinition } from '@grpc/grpc-js';
import type { IConversionOptions, Service, Type } from 'protobufjs';
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
import { WireFormat } from './wireFormat';

/**
 * What is absent on the wire is absent in the decoded object. `oneofs` names the member of a oneof that is set; protobufjs
 * counts a proto3 `optional` field as a oneof of its own, so decoded objects also carry `_field: 'field'` for those.
 */
export const DECODING: IConversionOptions = {
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

/** The methods of a service, by name. */
export type Methods = Readonly<Record<string, MethodDefinition<object, object>>>;

/**
 * The services of a miner for whoever calls them. Each is prepared when it is first used, and a message when it first comes or
 * goes: all of them at once would take as long as reading a dozen miners, and a fleet that is read needs a tenth.
 */
export async function loadMinerServices(): Promise<BraiinsServices> {
  const [{ Reader, Root, types }, services] = await Promise.all([
    import('protobufjs/light'),
    import('virtual:proto-services'),
  ]);
  const format = new WireFormat(types.basic);
  const deserializer = (type: Type) => (bytes: Buffer) => {
    format.check(type, Reader.create(bytes));
    return type.toObject(type.decode(bytes), DECODING);
  };
  return pickServices((name) => {
    const part = services.default[name];
    return part === undefined ? undefined : methodsOf(Root.fromJSON(part).lookupService(name), deserializer);
  });
}

/** @param find gives a service by its full name. */
export function pickServices(find: (name: string) => Methods | undefined): BraiinsServices {
  const found = new Map<string, Methods>();
  function service<T>(name: string): T {
    const methods = found.get(name) ?? find(name);
    if (methods === undefined) {
      throw new Error(`The compiled protocol definitions lack the service ${name}.`);
    }
    found.set(name, methods);
    // The conformity test holds the types in wire/ against the descriptor.
    return methods as T;
  }
  return {
    get apiVersion() {
      return service<ApiVersionMethods>('braiins.bos.ApiVersionService');
    },
    get authentication() {
      return service<AuthenticationMethods>('braiins.bos.v1.AuthenticationService');
    },
    get miner() {
      return service<MinerMethods>('braiins.bos.v1.MinerService');
    },
    get pool() {
      return service<PoolMethods>('braiins.bos.v1.PoolService');
    },
    get cooling() {
      return service<CoolingMethods>('braiins.bos.v1.CoolingService');
    },
    get performance() {
      return service<PerformanceMethods>('braiins.bos.v1.PerformanceService');
    },
    get configuration() {
      return service<ConfigurationMethods>('braiins.bos.v1.ConfigurationService');
    },
    get actions() {
      return service<ActionsMethods>('braiins.bos.v1.ActionsService');
    },
    get network() {
      return service<NetworkMethods>('braiins.bos.v1.NetworkService');
    },
    get license() {
      return service<LicenseMethods>('braiins.bos.v1.LicenseService');
    },
    get upgrade() {
      return service<UpgradeMethods>('braiins.bos.v1.UpgradeService');
    },
    get advancedSettings() {
      return service<AdvancedSettingsMethods>('braiins.bos.v1.AdvancedSettingsService');
    },
  };
}

function methodsOf(service: Service, deserializer: (type: Type) => (bytes: Buffer) => object): Methods {
  return Object.fromEntries(
    service.methodsArray.map((method) => {
      const { name, requestStream, responseStream, resolvedRequestType, resolvedResponseType } = method;
      if (resolvedRequestType === null || resolvedResponseType === null) {
        throw new Error(`The compiled protocol definitions lack the messages of ${method.fullName}.`);
      }
      const definition: MethodDefinition<object, object> = {
        path: `/${service.fullName.slice(1)}/${name}`,
        requestStream: requestStream === true,
        responseStream: responseStream === true,
        requestSerialize: serializer(resolvedRequestType),
        requestDeserialize: deserializer(resolvedRequestType),
        responseSerialize: serializer(resolvedResponseType),
        responseDeserialize: deserializer(resolvedResponseType),
      };
      return [name, definition];
    }),
  );
}

function serializer(type: Type) {
  return (value: object) => type.encode(type.fromObject(value)).finish() as Buffer;
}
