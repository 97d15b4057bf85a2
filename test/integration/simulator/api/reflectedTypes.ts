import type { MethodDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { FileDescriptorProto, FileDescriptorSet } from 'protobufjs/ext/descriptor';
import { loadPackageDefinition } from '../../../../src/braiins/proto/packageDefinition';
import type { RawClient } from '../rawClient';

interface Reply {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
}

/** What a miner says of one of its methods. */
export interface ReflectedMethod {
  readonly service: string;
  readonly name: string;
  readonly path: string;
  readonly isStream: boolean;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
}

/** The services of a miner as it describes them itself: nothing here comes from our own definitions but the reflection protocol. */
export async function reflectMethods(client: RawClient): Promise<ReflectedMethod[]> {
  const listed = await ask(client, { list_services: '*' });
  const services = (listed.list_services_response?.service ?? [])
    .map(({ name }) => name)
    .filter((name) => name.startsWith('braiins.'));
  const files = new Map<string, Buffer>();
  for (const service of services) {
    const reply = await ask(client, { file_containing_symbol: service });
    for (const bytes of reply.file_descriptor_response?.file_descriptor_proto ?? []) {
      files.set((FileDescriptorProto.decode(bytes) as unknown as { name: string }).name, bytes);
    }
  }
  const root = rootOf([...files.values()]);
  return services.flatMap((service) => methodsOf(root, service));
}

async function ask(client: RawClient, question: object): Promise<Reply> {
  const definition = await loadPackageDefinition();
  const service = definition['grpc.reflection.v1.ServerReflection'] as unknown as {
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

function rootOf(files: readonly Buffer[]): protobuf.Root {
  const file = files.map((bytes) => FileDescriptorProto.decode(bytes));
  // The extension adds this; its types do not say so.
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: protobuf.Message): protobuf.Root };
  const root = fromDescriptor(FileDescriptorSet.create({ file }));
  root.resolveAll();
  return root;
}

function methodsOf(root: protobuf.Root, service: string): ReflectedMethod[] {
  return root.lookupService(service).methodsArray.map((method) => {
    const { resolvedRequestType: request, resolvedResponseType: response } = method;
    if (request === null || response === null) {
      throw new Error(`The miner does not tell what ${service}/${method.name} takes or answers.`);
    }
    const isStream = method.responseStream === true;
    return { service, name: method.name, path: `/${service}/${method.name}`, isStream, request, response };
  });
}
