import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireDayOfWeek, WireEmpty, WireTimestamp, WireUint64 } from './units';

export interface WireUpgradeTime {
  hours?: number;
  minutes?: number;
  seconds?: number;
}

export interface WireDailySchedule {
  time?: WireUpgradeTime;
}

export interface WireWeeklySchedule {
  day_of_week?: WireDayOfWeek;
  time?: WireUpgradeTime;
}

export interface WireMonthlySchedule {
  day_of_month?: number;
  time?: WireUpgradeTime;
}

export interface WireAutoUpgradeSchedule {
  daily?: WireDailySchedule;
  weekly?: WireWeeklySchedule;
  monthly?: WireMonthlySchedule;
}

export interface WireUpdateAutoUpgradeConfigRequest {
  enabled?: boolean;
  schedule?: WireAutoUpgradeSchedule;
}

export interface WireUpdateAutoUpgradeConfigResponse {
  enabled?: boolean;
  next_execution?: WireTimestamp;
}

export interface WireGetAutoUpgradeStatusResponse {
  enabled?: boolean;
  schedule?: WireAutoUpgradeSchedule;
  next_execution?: WireTimestamp;
  last_execution?: WireTimestamp;
}

export interface WireSystemUpgradeMetadata {
  size?: WireUint64;
  hash?: string;
  discard_settings?: boolean;
  disable_cleanup?: boolean;
}

export interface WireSystemUpgradeRequest {
  metadata?: WireSystemUpgradeMetadata;
  data?: Buffer;
}

export interface WireSystemUpgradeResponse {
  successful?: boolean;
}

export interface WireRestoreStockResponse {
  successful?: boolean;
}

export type UpgradeMethods = {
  readonly UpdateAutoUpgradeConfig: MethodDefinition<
    WireUpdateAutoUpgradeConfigRequest,
    WireUpdateAutoUpgradeConfigResponse
  >;
  readonly GetAutoUpgradeStatus: MethodDefinition<WireEmpty, WireGetAutoUpgradeStatusResponse>;
  readonly SystemUpgrade: MethodDefinition<WireSystemUpgradeRequest, WireSystemUpgradeResponse>;
  readonly RestoreStock: MethodDefinition<WireEmpty, WireRestoreStockResponse>;
};
