import type { Enum, Field, Reader, Type } from 'protobufjs';

const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** Far deeper than any message of the API; a limit on what a hostile machine has us descend. */
const MOST_NESTED = 64;

/** A field, as it has to be on the wire. */
interface Part {
  readonly name: string;
  readonly wireType: number;
  /** Numbers that are repeated may come in one piece. */
  readonly isRepeated: boolean;
  /** Of what a message in the field consists. */
  readonly nested: (() => Parts) | undefined;
}

/** The fields of a message by their numbers. */
type Parts = ReadonlyMap<number, Part>;

/**
 * Checks what protobufjs takes on trust: it reads a field by its number alone, so that a value of another type becomes a false
 * one and what is behind it is read from a wrong place, and it cuts a text that is said to be longer than its message.
 */
export class WireFormat {
  /** As far as messages have come. */
  private readonly parts = new Map<Type, Parts>();

  /** @param scalars wire types of the scalar types (`types.basic` of protobufjs). */
  constructor(private readonly scalars: Readonly<Record<string, number>>) {}

  /** @throws {Error} when what the reader holds is no well-formed message of the type. */
  check(type: Type, reader: Reader): void {
    this.checkMessage(this.partsOf(type), reader, reader.len, 0);
  }

  private checkMessage(parts: Parts, reader: Reader, end: number, depth: number): void {
    if (depth > MOST_NESTED) {
      throw new Error('its messages are nested too deeply');
    }
    while (reader.pos < end) {
      const tag = reader.uint32();
      const part = parts.get(tag >>> 3);
      const wireType = tag & 7;
      if (part !== undefined && wireType !== part.wireType && !(part.isRepeated && wireType === LENGTH_DELIMITED)) {
        throw new Error(`its field ${part.name} has the wire type ${wireType}`);
      }
      if (part?.nested === undefined) {
        reader.skipType(wireType);
      } else {
        const length = reader.uint32();
        this.checkMessage(part.nested(), reader, reader.pos + length, depth + 1);
      }
    }
    if (reader.pos !== end) {
      throw new Error('a field is longer than its message');
    }
  }

  private partsOf(type: Type): Parts {
    let parts = this.parts.get(type);
    if (parts === undefined) {
      parts = new Map(type.fieldsArray.map((field) => [field.id, this.partOf(field.resolve())]));
      this.parts.set(type, parts);
    }
    return parts;
  }

  private partOf(field: Field): Part {
    const value = this.single(field.name, field.type, field.resolvedType, field.repeated);
    if (!('keyType' in field)) {
      return value;
    }
    // An entry of a map is a message of two fields.
    const key = this.single(field.name, String(field.keyType), null, false);
    const entry: Parts = new Map([
      [1, key],
      [2, value],
    ]);
    return { name: field.name, wireType: LENGTH_DELIMITED, isRepeated: true, nested: () => entry };
  }

  private single(name: string, type: string, resolvedType: Type | Enum | null, isRepeated: boolean): Part {
    if (resolvedType !== null && 'fieldsById' in resolvedType) {
      return { name, wireType: LENGTH_DELIMITED, isRepeated, nested: () => this.partsOf(resolvedType) };
    }
    return { name, wireType: this.scalars[type] ?? VARINT, isRepeated, nested: undefined };
  }
}
