import fc from 'fast-check';
import protobuf from 'protobufjs';
import { compileProtos } from '../../../../scripts/protoDescriptor.js';

const NUMBERS = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 64, -1, 0, Number.MAX_VALUE),
);
const TEXTS = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '__proto__', 'user:secret@host'),
);

const root = protobuf.Root.fromJSON(await compileProtos()).resolveAll();

/** Any subset of a message's fields as it may be decoded, also with values that no miner sends. */
export function anyMessage(name: string, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const type = root.lookupType(name);
  const fields = Object.fromEntries(
    Object.values(type.fields)
      .filter((field) => depth < 6 || !(field.resolvedType instanceof protobuf.Type))
      .map((field) => [field.name, anyValue(field, depth)]),
  );
  return fc.record(fields, { requiredKeys: [] });
}

function anyValue(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = anyElement(field, depth);
  if (field.map) {
    return fc.dictionary(fc.string(), one, { maxKeys: 2 });
  }
  return field.repeated ? fc.array(one, { maxLength: 4 }) : one;
}

function anyElement({ type, resolvedType }: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Type) {
    return anyMessage(resolvedType.fullName, depth + 1);
  }
  if (resolvedType instanceof protobuf.Enum) {
    return fc.oneof(fc.constantFrom(...Object.keys(resolvedType.values)), fc.constantFrom('NEVER_HEARD_OF'), fc.nat());
  }
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'string':
      return TEXTS;
    default:
      return NUMBERS;
  }
}

/** The message as it is decoded after it went over the wire, with the options of the product. */
export function overTheWire(name: string, message: object): Record<string, unknown> {
  const type = root.lookupType(name);
  const decoded = type.decode(type.encode(type.fromObject(message)).finish());
  return type.toObject(decoded, { longs: Number, enums: String, defaults: false, oneofs: true });
}

/** All values inside that are no objects. */
export function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}
