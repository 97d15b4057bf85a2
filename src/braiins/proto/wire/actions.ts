import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty } from './units';

export interface WireStartResponse {
  already_running?: boolean;
}

export interface WireRestartResponse {
  already_running?: boolean;
}

export interface WireStopResponse {
  already_stopped?: boolean;
}

export interface WirePauseMiningResponse {
  already_paused?: boolean;
}

export interface WireResumeMiningResponse {
  already_mining?: boolean;
}

export interface WireSetLocateDeviceStatusRequest {
  enable?: boolean;
}

export interface WireLocateDeviceStatusResponse {
  enabled?: boolean;
}

export type ActionsMethods = {
  readonly Start: MethodDefinition<WireEmpty, WireStartResponse>;
  readonly Stop: MethodDefinition<WireEmpty, WireStopResponse>;
  readonly PauseMining: MethodDefinition<WireEmpty, WirePauseMiningResponse>;
  readonly ResumeMining: MethodDefinition<WireEmpty, WireResumeMiningResponse>;
  readonly Restart: MethodDefinition<WireEmpty, WireRestartResponse>;
  readonly Reboot: MethodDefinition<WireEmpty, WireEmpty>;
  readonly FactoryReset: MethodDefinition<WireEmpty, WireEmpty>;
  readonly SetLocateDeviceStatus: MethodDefinition<WireSetLocateDeviceStatusRequest, WireLocateDeviceStatusResponse>;
  readonly GetLocateDeviceStatus: MethodDefinition<WireEmpty, WireLocateDeviceStatusResponse>;
};
