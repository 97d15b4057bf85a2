import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty, WireEnum } from './units';

/** A JSON object. protobufjs names the fields of this type by itself, so they are not as in a .proto file. */
export interface WireStruct {
  fields?: Readonly<Record<string, WireValue>>;
}

/** A JSON value: at most one member is there. */
export interface WireValue {
  nullValue?: WireEnum<'NULL_VALUE'>;
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
  structValue?: WireStruct;
  listValue?: WireListValue;
}

export interface WireListValue {
  values?: readonly WireValue[];
}

export interface WireGetSettingsSchemaResponse {
  schema?: WireStruct;
}

export interface WireGetSettingsRequest {
  include_default?: boolean;
}

export interface WireGetSettingsResponse {
  settings?: WireStruct;
}

export interface WireSetSettingsRequest {
  settings?: WireStruct;
}

export interface WireSetSettingsResponse {
  applied?: WireStruct;
}

export interface WireResetAllSettingsResponse {
  settings?: WireStruct;
}

export type AdvancedSettingsMethods = {
  readonly GetSettingsSchema: MethodDefinition<WireEmpty, WireGetSettingsSchemaResponse>;
  readonly GetSettings: MethodDefinition<WireGetSettingsRequest, WireGetSettingsResponse>;
  readonly SetSettings: MethodDefinition<WireSetSettingsRequest, WireSetSettingsResponse>;
  readonly ResetAllSettings: MethodDefinition<WireEmpty, WireResetAllSettingsResponse>;
};
