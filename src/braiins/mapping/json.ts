import { InvalidRequestError } from '../../fleet/minerSource';
import type { JsonObject, JsonValue } from '../../fleet/minerSystem';
import type { WireStruct, WireValue } from '../proto/wire/advancedSettings';
import { finite, text } from './values';

/** Deepest nesting that is read or sent. */
const MAX_DEPTH = 32;
/** Most values that are kept of one answer: far more than any firmware has settings. */
const MAX_VALUES = 20_000;

/**
 * The JSON object of a `google.protobuf.Struct`, bounded in depth and size. What is beyond the bounds, and what is no JSON such
 * as NaN, is left out.
 */
export function toJsonObject(wire: WireStruct | undefined): JsonObject {
  return new StructReader().object(wire ?? {}, 0) ?? {};
}

class StructReader {
  private left = MAX_VALUES;

  object(wire: WireStruct, depth: number): JsonObject | undefined {
    if (depth >= MAX_DEPTH) {
      return undefined;
    }
    const entries = Object.entries(wire.fields ?? {})
      .map(([name, value]) => [name, this.value(value, depth + 1)] as const)
      .filter((entry): entry is readonly [string, JsonValue] => entry[1] !== undefined && entry[0] !== '__proto__');
    return Object.fromEntries(entries);
  }

  private value(wire: WireValue, depth: number): JsonValue | undefined {
    if (this.left <= 0) {
      return undefined;
    }
    this.left--;
    if (wire.structValue !== undefined) {
      return this.object(wire.structValue, depth);
    }
    if (wire.listValue !== undefined) {
      return depth >= MAX_DEPTH
        ? undefined
        : (wire.listValue.values ?? [])
            .map((value) => this.value(value, depth + 1))
            .filter((value) => value !== undefined);
    }
    if (wire.stringValue !== undefined) {
      return text(wire.stringValue) ?? '';
    }
    if (wire.numberValue !== undefined) {
      return finite(wire.numberValue);
    }
    return wire.boolValue ?? (wire.nullValue === undefined ? undefined : null);
  }
}

/** @throws {InvalidRequestError} for what is no JSON, or nested too deeply. */
export function wireStruct(object: JsonObject, depth = 0): WireStruct {
  if (depth >= MAX_DEPTH) {
    throw new InvalidRequestError(`Settings may be nested ${MAX_DEPTH} deep at the most.`);
  }
  return {
    fields: Object.fromEntries(
      Object.entries(object).map(([name, value]) => [name, wireValue(name, value, depth + 1)]),
    ),
  };
}

function wireValue(name: string, value: JsonValue, depth: number): WireValue {
  switch (typeof value) {
    case 'boolean':
      return { boolValue: value };
    case 'string':
      return { stringValue: value };
    case 'number':
      if (Number.isFinite(value)) {
        return { numberValue: value };
      }
      break;
    case 'object':
      if (value === null) {
        return { nullValue: 'NULL_VALUE' };
      }
      return isList(value)
        ? { listValue: { values: value.map((item) => wireValue(name, item, depth)) } }
        : { structValue: wireStruct(value, depth) };
  }
  throw new InvalidRequestError(`The setting "${name}" has a value that is no JSON: ${String(value)}.`);
}

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}
