import type { WireStruct, WireValue } from '../../braiins/proto/wire/advancedSettings';

/** A JSON value, as far as advanced settings and their schema need it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function wireStruct(object: Readonly<Record<string, Json>>): WireStruct {
  return { fields: Object.fromEntries(Object.entries(object).map(([name, value]) => [name, wireValue(value)])) };
}

function wireValue(value: Json): WireValue {
  switch (typeof value) {
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return { numberValue: value };
    case 'string':
      return { stringValue: value };
    default:
      return wireCompound(value);
  }
}

function wireCompound(value: Exclude<Json, boolean | number | string>): WireValue {
  if (value === null) {
    return { nullValue: 'NULL_VALUE' };
  }
  return isList(value) ? { listValue: { values: value.map(wireValue) } } : { structValue: wireStruct(value) };
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

/** The plain value; `undefined` for an object, a list, or nothing. */
export function scalarOf(value: WireValue): null | boolean | number | string | undefined {
  return 'nullValue' in value ? null : (value.boolValue ?? value.numberValue ?? value.stringValue);
}
