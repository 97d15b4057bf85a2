import type { MethodDefinition } from '@grpc/grpc-js';
import type { AnyNestedObject, INamespace, IService, IType } from 'protobufjs';

type Message = Readonly<Record<string, unknown>>;

/** What has to be known of a field to leave it out or not. */
interface FieldRule {
  /** An object whose values, by any names, are of the field's type. */
  readonly isMap: boolean;
  /** Sent whatever its value. */
  readonly hasPresence: boolean;
  /** Rules of the message type that the field is of, if it is. */
  readonly nested: MessageRules | undefined;
}

type MessageRules = Map<string, FieldRule>;

/**
 * Leaves out of messages what a real miner would not send: a proto3 scalar or enum without `optional` that has its default
 * value. protobufjs sends whatever property is set, so without this no client would meet an absent zero here.
 */
export class ImplicitDefaults {
  private readonly rules = new Map<string, MessageRules>();
  /** Full name of the response type by the method's path. */
  private readonly responses = new Map<string, string>();

  /** @param descriptor the compiled definitions, as protobufjs' JSON */
  constructor(descriptor: INamespace) {
    const types = new Map<string, IType>();
    this.collect(descriptor.nested ?? {}, '', types);
    // All names first, because messages refer to each other.
    for (const name of types.keys()) {
      this.rules.set(name, new Map());
    }
    for (const [name, type] of types) {
      const oneofMembers = new Set(Object.values(type.oneofs ?? {}).flatMap(({ oneof }) => oneof));
      for (const [fieldName, field] of Object.entries(type.fields)) {
        this.rules.get(name)?.set(fieldName, {
          isMap: 'keyType' in field,
          hasPresence: field.rule === 'repeated' || oneofMembers.has(fieldName),
          nested: this.resolve(field.type, name),
        });
      }
    }
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
    const rules = this.rules.get(typeName);
    if (rules === undefined) {
      throw new Error(`There is no message type ${typeName}.`);
    }
    return stripBy(rules, message);
  }

  /** Rules of the message type that `reference` means inside of `scope`; `undefined` for scalars and enums. */
  private resolve(reference: string, scope: string): MessageRules | undefined {
    const scopes = scope.split('.');
    while (scopes.length > 0) {
      scopes.pop();
      const rules = this.rules.get([...scopes, reference].join('.'));
      if (rules !== undefined) {
        return rules;
      }
    }
    return undefined;
  }

  private collect(nested: Readonly<Record<string, AnyNestedObject>>, prefix: string, types: Map<string, IType>): void {
    for (const [name, object] of Object.entries(nested)) {
      const fullName = `${prefix}${name}`;
      if ('fields' in object) {
        types.set(fullName, object as IType);
      }
      if ('methods' in object) {
        for (const [method, { responseType }] of Object.entries((object as IService).methods)) {
          this.responses.set(`/${fullName}/${method}`, `${prefix}${responseType}`);
        }
      }
      if ('nested' in object && object.nested !== undefined) {
        this.collect(object.nested, `${fullName}.`, types);
      }
    }
  }
}

function stripBy(rules: MessageRules, message: Message): Message {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message)) {
    const rule = rules.get(name);
    if (rule === undefined) {
      throw new Error(`The message has no field ${name}.`);
    }
    const { nested } = rule;
    if (value === undefined || (nested === undefined && !rule.hasPresence && isDefault(value))) {
      continue;
    }
    if (nested === undefined) {
      kept[name] = value;
    } else if (rule.isMap) {
      kept[name] = Object.fromEntries(
        Object.entries(value as Message).map(([key, item]) => [key, stripBy(nested, item as Message)]),
      );
    } else if (Array.isArray(value)) {
      kept[name] = value.map((item: Message) => stripBy(nested, item));
    } else {
      kept[name] = stripBy(nested, value as Message);
    }
  }
  return kept;
}

/** The first value of every enum in use is its `…_UNSPECIFIED`. */
function isDefault(value: unknown): boolean {
  return (
    value === 0 || value === '' || value === false || (typeof value === 'string' && value.endsWith('_UNSPECIFIED'))
  );
}
