import type { MethodDefinition } from '@grpc/grpc-js';
import type { AnyNestedObject, IField, INamespace, IService, IType } from 'protobufjs';

type Message = Readonly<Record<string, unknown>>;

/**
 * Leaves out of messages what a real miner would not send: a proto3 scalar or enum without `optional` that has its default
 * value. protobufjs sends whatever property is set, so without this no client would meet an absent zero here.
 */
export class ImplicitDefaults {
  private readonly types = new Map<string, IType>();
  /** Full name of the response type by the method's path. */
  private readonly responses = new Map<string, string>();

  /** @param descriptor the compiled definitions, as protobufjs' JSON */
  constructor(descriptor: INamespace) {
    this.collect(descriptor.nested ?? {}, '');
  }

  /** The method's serializer, of a message without implicit defaults. */
  serializer<Request, Response>(method: MethodDefinition<Request, Response>): (response: Response) => Buffer {
    const type = this.responses.get(method.path);
    if (type === undefined) {
      throw new Error(`There is no method ${method.path}.`);
    }
    return (response) => method.responseSerialize(this.strip(type, response as Message) as Response);
  }

  /** A copy of `message`, which is of the type with that full name, without implicit defaults. */
  strip(typeName: string, message: Message): Message {
    const type = this.types.get(typeName);
    if (type === undefined) {
      throw new Error(`There is no message type ${typeName}.`);
    }
    const kept: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(message)) {
      const field = type.fields[name];
      if (field === undefined) {
        throw new Error(`${typeName} has no field ${name}.`);
      }
      if (value !== undefined) {
        this.keep(kept, name, value, field, typeName);
      }
    }
    return kept;
  }

  private keep(kept: Record<string, unknown>, name: string, value: unknown, field: IField, typeName: string): void {
    const nested = this.messageType(field.type, typeName);
    if (nested === undefined) {
      if (hasPresence(field) || !isDefault(value)) {
        kept[name] = value;
      }
    } else if (Array.isArray(value)) {
      kept[name] = value.map((item: Message) => this.strip(nested, item));
    } else {
      kept[name] = this.strip(nested, value as Message);
    }
  }

  /** Full name of the message type that `reference` means inside of `scope`; `undefined` for scalars and enums. */
  private messageType(reference: string, scope: string): string | undefined {
    const scopes = scope.split('.');
    while (scopes.length > 0) {
      scopes.pop();
      const candidate = [...scopes, reference].join('.');
      if (this.types.has(candidate)) {
        return candidate;
      }
    }
    return undefined;
  }

  private collect(nested: Readonly<Record<string, AnyNestedObject>>, prefix: string): void {
    for (const [name, object] of Object.entries(nested)) {
      const fullName = `${prefix}${name}`;
      if ('fields' in object) {
        this.types.set(fullName, object as IType);
      }
      if ('methods' in object) {
        for (const [method, { responseType }] of Object.entries((object as IService).methods)) {
          this.responses.set(`/${fullName}/${method}`, `${prefix}${responseType}`);
        }
      }
      if ('nested' in object && object.nested !== undefined) {
        this.collect(object.nested, `${fullName}.`);
      }
    }
  }
}

function hasPresence(field: IField): boolean {
  return field.rule === 'repeated' || field.options?.proto3_optional === true;
}

/** The first value of every enum in use is its `…_UNSPECIFIED`. */
function isDefault(value: unknown): boolean {
  return (
    value === 0 || value === '' || value === false || (typeof value === 'string' && value.endsWith('_UNSPECIFIED'))
  );
}
