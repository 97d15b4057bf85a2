import type { MethodDefinition } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BraiinsServices } from '../../../../src/braiins/proto/load';
import { SimulatedFleet } from '../../../../src/simulator/simulatedFleet';
import type { SimulatedMiner } from '../../../../src/simulator/simulatedMiner';
import { ManualClock } from '../../../fixtures/manualClock';
import { RawClient } from '../rawClient';
import { type ReflectedMethod, reflectMethods } from './reflectedTypes';

/** Requests of the methods that change something, in the order in which they are made. */
const REQUESTS: Readonly<Record<string, object>> = {
  PauseMining: {},
  ResumeMining: {},
  Login: { username: 'root', password: 'root' },
  SetPassword: { password: 'root' },
  EnableHashboards: { save_action: 2, hashboard_ids: ['1', '2'] },
  DisableHashboards: { save_action: 2, hashboard_ids: ['2'] },
  CreatePoolGroup: {
    save_action: 2,
    group: {
      name: 'Second',
      fixed_share_ratio: { value: 0.25 },
      pools: [{ url: 'stratum+tcp://pool.example.com:3333', user: 'a.b', password: 'x', enabled: false }],
    },
  },
  SetPoolGroups: {
    save_action: 2,
    pool_groups: [
      { name: 'Only', quota: { value: 2 }, pools: [{ url: 'stratum2+tcp://p.example.com:3336', user: 'u' }] },
    ],
  },
  SetCoolingMode: {
    save_action: 2,
    manual: { fan_speed_ratio: 0, hot_temperature: { degree_c: 85 }, pause_mode: { auto: {} } },
  },
  SetImmersionMode: { save_action: 2, enable_immersion_mode: true },
  SetDefaultPowerTarget: { save_action: 2 },
  SetPowerTarget: { save_action: 2, power_target: { watt: 2_000 } },
  IncrementPowerTarget: { save_action: 2, power_target_increment: { watt: 100 } },
  DecrementPowerTarget: { save_action: 2, power_target_decrement: { watt: 50 } },
  SetRelativePowerTarget: { save_action: 2, percentage: 90, reference: 1 },
  SetDefaultHashrateTarget: { save_action: 2 },
  SetHashrateTarget: { save_action: 2, hashrate_target: { terahash_per_second: 80.5 } },
  IncrementHashrateTarget: { save_action: 2, hashrate_target_increment: { terahash_per_second: 1.5 } },
  DecrementHashrateTarget: { save_action: 2, hashrate_target_decrement: { terahash_per_second: 2 } },
  SetRelativeHashrateTarget: { save_action: 2, percentage: 100, reference: 1 },
  SetDPS: {
    save_action: 2,
    enable: true,
    enable_shutdown: false,
    shutdown_duration: { hours: 2 },
    target: {
      hashrate_target: { hashrate_step: { terahash_per_second: 4 }, min_hashrate_target: { terahash_per_second: 70 } },
    },
    mode: 2,
    on_start_target_percent: 50,
  },
  SetQuickRamping: { save_action: 2, up_s: 30, down_s: 20 },
  SetDefaultQuickRamping: { save_action: 2 },
  SetPerformanceMode: {
    save_action: 2,
    mode: { manual_mode: { global_frequency: { hertz: 5e8 }, hashboards: [{ id: '1', voltage: { volt: 13 } }] } },
  },
  SetLocateDeviceStatus: { enable: true },
  SetNetworkConfiguration: {
    hostname: 'rig',
    static: {
      address: '10.0.0.5',
      netmask: '255.255.255.0',
      gateway: '10.0.0.1',
      dns_servers: ['10.0.0.1', '1.1.1.1'],
    },
  },
  ApplyContractKey: { contract_key: 'ABCD-1234-EFGH-5678' },
  UpdateAutoUpgradeConfig: { enabled: true, schedule: { weekly: { day_of_week: 3, time: { hours: 4, minutes: 0 } } } },
  SystemUpgrade: { metadata: { size: 3, hash: 'ab'.repeat(32) } },
  // A map is a list of keys and values on the wire.
  SetSettings: {
    settings: {
      fields: [
        { key: 'web_interface', value: { boolValue: false } },
        { key: 'startup_delay_s', value: { numberValue: 0 } },
        { key: 'log_level', value: { stringValue: 'debug' } },
        { key: 'pool_reconnect_delay_s', value: { nullValue: 0 } },
      ],
    },
  },
  GetSettings: { include_default: true },
  ResetAllSettings: {},
  RemoveTunedProfiles: {},
  Stop: {},
  Start: {},
  Restart: {},
};

/** They need what another method answers. */
const FOLLOW_UPS = ['UpdatePoolGroup', 'RemovePoolGroup'];
/** After them the miner is gone for a while. */
const LAST = ['Reboot', 'FactoryReset', 'RestoreStock'];

/** How many methods each service has, so that a service that reflection forgets does not go unseen. */
const METHODS: Readonly<Record<string, number>> = {
  'braiins.bos.ApiVersionService': 1,
  'braiins.bos.v1.ActionsService': 9,
  'braiins.bos.v1.AdvancedSettingsService': 4,
  'braiins.bos.v1.AuthenticationService': 2,
  'braiins.bos.v1.ConfigurationService': 2,
  'braiins.bos.v1.CoolingService': 3,
  'braiins.bos.v1.LicenseService': 2,
  'braiins.bos.v1.MinerService': 9,
  'braiins.bos.v1.NetworkService': 3,
  'braiins.bos.v1.PerformanceService': 19,
  'braiins.bos.v1.PoolService': 5,
  'braiins.bos.v1.UpgradeService': 4,
};

let fleet: SimulatedFleet;
let client: RawClient;
let methods: readonly ReflectedMethod[];

beforeAll(async () => {
  // A seed whose only miner is cooled by air.
  fleet = await SimulatedFleet.start({ miners: 1, seed: 3 });
  client = await RawClient.connect((fleet.miners[0] as SimulatedMiner).miner);
  methods = await reflectMethods(client);
});

afterAll(async () => {
  client.close();
  await fleet.stop();
});

/** Our own definition of a method, which knows nothing of what the miner says about it. */
function ourMethod(services: BraiinsServices, path: string): MethodDefinition<object, object> {
  const tables: readonly Readonly<Record<string, MethodDefinition<object, object>>>[] = Object.values(services);
  const found = tables.flatMap((table) => Object.values(table)).find((method) => method.path === path);
  if (found === undefined) {
    throw new Error(`Our definitions have no ${path}.`);
  }
  return found;
}

/** Calls a method with the miner's own descriptors for the request, and hands the answer over as it came. */
async function callRaw(method: ReflectedMethod, request: object): Promise<Buffer> {
  const encoded = Buffer.from(method.request.encode(method.request.fromObject(request)).finish());
  const raw: MethodDefinition<Buffer, Buffer> = {
    path: method.path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes) => bytes,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
  return (await client.unary(raw, encoded)).response;
}

/** What is in an answer, by the miner's own descriptors. */
function decodeIndependently({ response }: ReflectedMethod, bytes: Buffer): unknown {
  return joinMaps(response.toObject(response.decode(bytes), { longs: Number, enums: String, oneofs: true }));
}

/** A map travels as a list of keys and values, and protobufjs leaves it so when it knows the type from a descriptor only. */
function joinMaps(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isMap = value.length > 0 && value.every((item) => typeof item === 'object' && 'key' in item);
    return isMap
      ? Object.fromEntries(value.map((entry) => [entry.key, joinMaps(entry.value)]))
      : value.map((item) => joinMaps(item));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, joinMaps(item)]))
    : value;
}

async function compare(method: ReflectedMethod, request: object): Promise<unknown> {
  const bytes = await callRaw(method, request);
  const independent = decodeIndependently(method, bytes);
  const ours = ourMethod(client.services, method.path).responseDeserialize(bytes);
  expect(ours, method.path).toEqual(independent);
  // Every byte was understood: what a decoder does not know it leaves out.
  const again = method.response.encode(method.response.fromObject(method.response.decode(bytes))).finish();
  expect(again.length, `bytes of ${method.path}`).toBe(bytes.length);
  return independent;
}

function methodNamed(name: string): ReflectedMethod {
  const found = methods.find((method) => method.name === name);
  if (found === undefined) {
    throw new Error(`The miner does not tell of ${name}.`);
  }
  return found;
}

describe('what a miner says of itself', () => {
  it('tells of every service with all of its methods', () => {
    const counts: Record<string, number> = {};
    for (const { service } of methods) {
      counts[service] = (counts[service] ?? 0) + 1;
    }
    expect(counts).toEqual(METHODS);
  });

  it('decodes every unary answer as our definitions do, to the last byte', async () => {
    const unary = methods.filter(({ isStream, name }) => !isStream && ![...FOLLOW_UPS, ...LAST].includes(name));
    expect(unary.length).toBe(60 - FOLLOW_UPS.length - LAST.length);
    // What is only read comes first and, after all that was changed, once more.
    const reading = unary.filter(({ name }) => !(name in REQUESTS));
    for (const method of [...reading, ...Object.keys(REQUESTS).map(methodNamed), ...reading]) {
      await compare(method, REQUESTS[method.name] ?? {});
    }
  });

  it('decodes what follows from other answers', async () => {
    const { pool_groups } = (await compare(methodNamed('GetPoolGroups'), {})) as { pool_groups: { uid: string }[] };
    const [group] = pool_groups;
    expect(group?.uid).toMatch(/^\w+$/);
    const changed = { uid: group?.uid, name: 'Renamed', pools: [{ url: 'stratum+ssl://p.example.com:1', user: 'u' }] };
    await compare(methodNamed('UpdatePoolGroup'), { save_action: 2, group: changed });
    await compare(methodNamed('RemovePoolGroup'), { save_action: 2, uid: group?.uid });
  });

  it.each(LAST)('decodes the answer to %s', async (name) => {
    // Its time stands still, so that it is not gone before its answer is read.
    const own = await SimulatedFleet.start({ miners: 1, seed: 3, clock: new ManualClock() });
    const shared = client;
    client = await RawClient.connect((own.miners[0] as SimulatedMiner).miner, shared.services);
    try {
      await compare(methodNamed(name), {});
    } finally {
      client.close();
      client = shared;
      await own.stop();
    }
  });

  it('marks the fields that may be absent as our definitions do', () => {
    const { fields } = methodNamed('SetDPS').request;
    const presence = Object.values(fields).map(({ name, options, partOf }) => [name, partOf !== null, options]);
    expect(presence.filter(([, isIn]) => isIn).map(([name]) => name)).toEqual([
      'enable',
      'enable_shutdown',
      'shutdown_duration',
      'mode',
      'on_start_target_percent',
    ]);
  });
});
