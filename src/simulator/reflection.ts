import type { MethodDefinition, Server, ServerDuplexStream } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import type { ReflectionV1Implementation } from '@grpc/reflection/build/src/implementations/reflection-v1';

type Question = Parameters<ReflectionV1Implementation['handleServerReflectionRequest']>[0];

const VERSIONS = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

/** Server reflection, in both versions of its protocol, about the services that are named. One serves a whole fleet. */
export class Reflection {
  private constructor(
    private readonly definition: PackageDefinition,
    private readonly answers: ReflectionV1Implementation,
  ) {}

  /** @param services full names of the services to tell about */
  static async load(definition: PackageDefinition, services: readonly string[]): Promise<Reflection> {
    // Not the package's front door: it reads .proto files from beside itself, which a bundle does not have.
    const { ReflectionV1Implementation } = await import('@grpc/reflection/build/src/implementations/reflection-v1');
    const linked = await linkFiles(definition);
    return new Reflection(definition, new ReflectionV1Implementation(linked, { services: [...services, ...VERSIONS] }));
  }

  addTo(server: Server): void {
    for (const version of VERSIONS) {
      const service = this.definition[version] as unknown as { ServerReflectionInfo: MethodDefinition<object, object> };
      const method = service.ServerReflectionInfo;
      server.register(
        method.path,
        (call: ServerDuplexStream<object, object>) => {
          call.on('data', (question: object) => {
            call.write(
              snakeCase(this.answers.handleServerReflectionRequest(camelCase(question) as Question)) as object,
            );
          });
          call.on('end', () => call.end());
        },
        method.responseSerialize,
        method.requestDeserialize,
        'bidi',
      );
    }
  }
}

/**
 * The definition's files with what protobufjs leaves out of them: which files each needs, and which fields are `optional`.
 * Without the former, strict clients such as grpcurl cannot put the files together.
 */
async function linkFiles(definition: PackageDefinition): Promise<PackageDefinition> {
  const { FileDescriptorProto } = await import('protobufjs/ext/descriptor');
  // Every message type carries all files.
  const type = Object.values(definition).find((entry) => Array.isArray(entry.fileDescriptorProtos));
  const encoded = (type?.fileDescriptorProtos ?? []) as Buffer[];
  const files = encoded.map((bytes) => FileDescriptorProto.decode(bytes) as unknown as FileDescriptor);
  const fileOf = new Map(files.map((file) => [file.package, file.name]));
  const fileDescriptorProtos = files.map((file) => {
    for (const message of file.messageType) {
      markOptional(message);
    }
    const needed = new Set(referencedPackages(file).map((name) => fileOf.get(name)));
    needed.delete(file.name);
    file.dependency = [...needed].filter((name) => name !== undefined);
    return Buffer.from(FileDescriptorProto.encode(file).finish());
  });
  return {
    linked: { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos },
  } as unknown as PackageDefinition;
}

/** What of protobufjs' descriptors is looked at here. */
interface FileDescriptor {
  readonly name: string;
  readonly package: string;
  dependency: string[];
  readonly messageType: readonly MessageDescriptor[];
}

interface MessageDescriptor {
  readonly field: readonly { typeName?: string; oneofIndex?: number; proto3Optional?: boolean }[];
  readonly oneofDecl: readonly { readonly name: string }[];
}

/** protobufjs makes a oneof `_name` for `optional name`, but does not say so. */
function markOptional(message: MessageDescriptor): void {
  for (const field of message.field) {
    const oneof = Object.hasOwn(field, 'oneofIndex') ? message.oneofDecl[field.oneofIndex ?? 0] : undefined;
    if (oneof?.name.startsWith('_')) {
      field.proto3Optional = true;
    }
  }
}

/** Packages of the types that a file's fields name in full. Those named in short are of the file's own package. */
function referencedPackages(file: FileDescriptor): string[] {
  const types = file.messageType.flatMap((message) => message.field.map((field) => field.typeName ?? ''));
  return types.filter((type) => type.includes('.')).map((type) => type.replace(/^\./, '').replace(/\.[^.]*$/, ''));
}

function camelCase(value: unknown): unknown {
  return rename(value, (name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

function snakeCase(value: unknown): unknown {
  return rename(value, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Renames all properties of a message, and the members that its oneofs name. */
function rename(value: unknown, convert: (name: string) => string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => rename(item, convert));
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      convert(name),
      name === 'message_request' ? convert(String(item)) : rename(item, convert),
    ]),
  );
}
