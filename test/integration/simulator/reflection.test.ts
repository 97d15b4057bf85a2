import type { MethodDefinition } from '@grpc/grpc-js';
import { FileDescriptorProto } from 'protobufjs/ext/descriptor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPackageDefinition } from '../../../src/braiins/proto/packageDefinition';
import { SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import type { SimulatedMiner } from '../../../src/simulator/simulatedMiner';
import { RawClient } from './rawClient';

interface Reply {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: { readonly error_code: number; readonly error_message: string };
}

interface File {
  readonly name: string;
  readonly dependency: readonly string[];
  readonly messageType: readonly {
    readonly name: string;
    readonly field: readonly { readonly name: string; readonly proto3Optional?: boolean }[];
  }[];
}

let fleet: SimulatedFleet;
let client: RawClient;

beforeAll(async () => {
  // Reflection needs no login, even where everything else does.
  fleet = await SimulatedFleet.start({ miners: 1, login: { username: 'root', password: 'root' } });
  client = await RawClient.connect((fleet.miners[0] as SimulatedMiner).miner);
});

afterAll(async () => {
  client.close();
  await fleet.stop();
});

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  async function ask(question: object): Promise<Reply> {
    const definition = await loadPackageDefinition();
    const service = definition[`grpc.reflection.${version}.ServerReflection`] as unknown as {
      ServerReflectionInfo: MethodDefinition<object, Reply>;
    };
    const call = client.bidi(service.ServerReflectionInfo);
    const replied = new Promise<Reply>((resolve, reject) => {
      call.on('data', resolve);
      call.on('error', reject);
    });
    call.write(question);
    const reply = await replied;
    call.end();
    return reply;
  }

  it('lists the services that are served', async () => {
    const reply = await ask({ list_services: '*' });

    expect(reply.list_services_response?.service.map(({ name }) => name).sort()).toEqual([
      'braiins.bos.ApiVersionService',
      'braiins.bos.v1.ActionsService',
      'braiins.bos.v1.AdvancedSettingsService',
      'braiins.bos.v1.AuthenticationService',
      'braiins.bos.v1.ConfigurationService',
      'braiins.bos.v1.CoolingService',
      'braiins.bos.v1.LicenseService',
      'braiins.bos.v1.MinerService',
      'braiins.bos.v1.NetworkService',
      'braiins.bos.v1.PerformanceService',
      'braiins.bos.v1.PoolService',
      'braiins.bos.v1.UpgradeService',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
  });

  it('describes a service with all files that it needs', async () => {
    const reply = await ask({ file_containing_symbol: 'braiins.bos.v1.MinerService.GetMinerStats' });

    const files = reply.file_descriptor_response?.file_descriptor_proto.map(
      (bytes) => FileDescriptorProto.decode(bytes) as unknown as File,
    );
    const [first, ...others] = files ?? [];
    expect(first?.dependency).toEqual(others.map(({ name }) => name));
    const details = first?.messageType.find(({ name }) => name === 'GetMinerDetailsResponse');
    const optional = details?.field.filter((field) => field.proto3Optional).map(({ name }) => name);
    expect(optional).toEqual(['psu_info', 'serial_number']);
  });

  it('says when it does not know a symbol', async () => {
    const reply = await ask({ file_containing_symbol: 'no.such.Thing' });

    expect(reply.error_response).toMatchObject({ error_code: 5, error_message: expect.stringContaining('no.such') });
  });
});
