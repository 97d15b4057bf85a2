import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireTemperatureSensor } from './cooling';
import type { WirePoolStats } from './pool';
import type {
  WireEmpty,
  WireEnum,
  WireFrequency,
  WireGigaHashrate,
  WirePower,
  WirePowerEfficiency,
  WireSaveAction,
  WireTemperature,
  WireUInt32Value,
  WireUint64,
  WireVoltage,
} from './units';
import type { WireWorkSolverStats } from './work';

export type WireMinerStatus = WireEnum<
  | 'MINER_STATUS_UNSPECIFIED'
  | 'MINER_STATUS_NOT_STARTED'
  | 'MINER_STATUS_NORMAL'
  | 'MINER_STATUS_PAUSED'
  | 'MINER_STATUS_SUSPENDED'
  | 'MINER_STATUS_RESTRICTED'
>;

export interface WireGetMinerStatusResponse {
  status?: WireMinerStatus;
}

export type WirePlatform = WireEnum<
  | 'PLATFORM_UNSPECIFIED'
  | 'PLATFORM_AM1_S9'
  | 'PLATFORM_AM2_S17'
  | 'PLATFORM_AM3_BBB'
  | 'PLATFORM_AM3_AML'
  | 'PLATFORM_STM32MP157C_II1_AM2'
  | 'PLATFORM_CVITEK_BM1_AM2'
  | 'PLATFORM_ZYNQ_BM3_AM2'
  | 'PLATFORM_STM32MP157C_II2_BMM1'
>;

export type WireControlBoardSocFamily = WireEnum<
  | 'CONTROL_BOARD_SOC_FAMILY_UNSPECIFIED'
  | 'CONTROL_BOARD_SOC_FAMILY_CVITEK'
  | 'CONTROL_BOARD_SOC_FAMILY_BBB'
  | 'CONTROL_BOARD_SOC_FAMILY_AML'
  | 'CONTROL_BOARD_SOC_FAMILY_ZYNQ'
  | 'CONTROL_BOARD_SOC_FAMILY_BRAIINS'
>;

export type WireBosMode = WireEnum<
  'BOS_MODE_UNSPECIFIED' | 'BOS_MODE_UPGRADE' | 'BOS_MODE_RECOVERY' | 'BOS_MODE_SD' | 'BOS_MODE_NAND' | 'BOS_MODE_EMMC'
>;

export type WireMinerBrand = WireEnum<'MINER_BRAND_UNSPECIFIED' | 'MINER_BRAND_ANTMINER' | 'MINER_BRAND_WHATSMINER'>;

export type WireMinerModel = WireEnum<
  | 'MINER_MODEL_UNSPECIFIED'
  | 'MINER_MODEL_ANTMINER_S9'
  | 'MINER_MODEL_ANTMINER_X17'
  | 'MINER_MODEL_ANTMINER_S17'
  | 'MINER_MODEL_ANTMINER_S17_PLUS'
  | 'MINER_MODEL_ANTMINER_S17_PRO'
  | 'MINER_MODEL_ANTMINER_S17E'
  | 'MINER_MODEL_ANTMINER_T17'
  | 'MINER_MODEL_ANTMINER_T17E'
  | 'MINER_MODEL_ANTMINER_T17_PLUS'
  | 'MINER_MODEL_ANTMINER_X19'
  | 'MINER_MODEL_ANTMINER_S19'
  | 'MINER_MODEL_ANTMINER_S19_PRO'
  | 'MINER_MODEL_ANTMINER_S19_PLUS'
  | 'MINER_MODEL_ANTMINER_S19J'
  | 'MINER_MODEL_ANTMINER_S19J_PRO'
  | 'MINER_MODEL_ANTMINER_S19A'
  | 'MINER_MODEL_ANTMINER_S19A_PRO'
  | 'MINER_MODEL_ANTMINER_S19XP'
  | 'MINER_MODEL_ANTMINER_T19'
  | 'MINER_MODEL_ANTMINER_S19J_PRO_PLUS'
>;

export interface WireMinerIdentity {
  brand?: WireMinerBrand;
  /** @deprecated in favour of `miner_model` */
  model?: WireMinerModel;
  name?: string;
  miner_model?: string;
}

export interface WireBosVersion {
  current?: string;
  major?: string;
  bos_plus?: boolean;
}

export interface WirePsuInfo {
  version?: WireUInt32Value;
  fw_version?: WireUInt32Value;
  serial_number?: string;
  model_name?: string;
  min_voltage?: WireVoltage;
  max_voltage?: WireVoltage;
}

export interface WireGetMinerDetailsResponse {
  uid?: string;
  miner_identity?: WireMinerIdentity;
  platform?: WirePlatform;
  bos_mode?: WireBosMode;
  bos_version?: WireBosVersion;
  hostname?: string;
  mac_address?: string;
  /** @deprecated in favour of `system_uptime_s` */
  system_uptime?: WireUint64;
  sticker_hashrate?: WireGigaHashrate;
  bosminer_uptime_s?: WireUint64;
  system_uptime_s?: WireUint64;
  status?: WireMinerStatus;
  kernel_version?: string;
  psu_info?: WirePsuInfo;
  control_board_soc_family?: WireControlBoardSocFamily;
  serial_number?: string;
}

export interface WireMinerPowerStats {
  approximated_consumption?: WirePower;
  efficiency?: WirePowerEfficiency;
}

export interface WireGetMinerStatsResponse {
  pool_stats?: WirePoolStats;
  miner_stats?: WireWorkSolverStats;
  power_stats?: WireMinerPowerStats;
}

export interface WireErrorCode {
  code?: string;
  reason?: string;
  hint?: string;
}

export interface WireComponent {
  name?: string;
  index?: number;
}

export interface WireMinerError {
  timestamp?: string;
  message?: string;
  error_codes?: WireErrorCode[];
  components?: WireComponent[];
}

export interface WireGetErrorsResponse {
  errors?: WireMinerError[];
}

export interface WireHashboard {
  id?: string;
  enabled?: boolean;
  chips_count?: WireUInt32Value;
  current_voltage?: WireVoltage;
  current_frequency?: WireFrequency;
  highest_chip_temp?: WireTemperatureSensor;
  board_temp?: WireTemperature;
  stats?: WireWorkSolverStats;
  model?: string;
  lowest_inlet_temp?: WireTemperature;
  highest_outlet_temp?: WireTemperature;
  serial_number?: string;
  board_name?: string;
  chip_type?: string;
  lowest_water_inlet_temp?: WireTemperature;
  highest_water_outlet_temp?: WireTemperature;
}

export interface WireGetHashboardsResponse {
  hashboards?: WireHashboard[];
}

export interface WireHashboardEnableState {
  id?: string;
  is_enabled?: boolean;
}

/** Of both EnableHashboards and DisableHashboards. */
export interface WireSetHashboardsRequest {
  save_action?: WireSaveAction;
  hashboard_ids?: string[];
}

/** Of both EnableHashboards and DisableHashboards. */
export interface WireSetHashboardsResponse {
  hashboards?: WireHashboardEnableState[];
}

export type WireSupportArchiveFormat = WireEnum<
  | 'SUPPORT_ARCHIVE_FORMAT_UNSPECIFIED'
  | 'SUPPORT_ARCHIVE_FORMAT_ZIP'
  | 'SUPPORT_ARCHIVE_FORMAT_BOS'
  | 'SUPPORT_ARCHIVE_FORMAT_ZIP_ENCRYPTED'
>;

export interface WireGetSupportArchiveRequest {
  format?: WireSupportArchiveFormat;
}

/** A piece of a log or of a support archive. */
export interface WireChunk {
  chunk_data?: Buffer;
}

export type WireLogType = WireEnum<
  | 'LOG_TYPE_UNSPECIFIED'
  | 'LOG_TYPE_ERRORS'
  | 'LOG_TYPE_BOSMINER'
  | 'LOG_TYPE_BOSER'
  | 'LOG_TYPE_MONITOR'
  | 'LOG_TYPE_SYSLOG'
  | 'LOG_TYPE_DMESG'
>;

export interface WireGetLogRequest {
  log_type?: WireLogType;
}

export type MinerMethods = {
  readonly GetMinerStatus: MethodDefinition<WireEmpty, WireGetMinerStatusResponse>;
  readonly GetMinerDetails: MethodDefinition<WireEmpty, WireGetMinerDetailsResponse>;
  readonly GetMinerStats: MethodDefinition<WireEmpty, WireGetMinerStatsResponse>;
  readonly GetErrors: MethodDefinition<WireEmpty, WireGetErrorsResponse>;
  readonly GetHashboards: MethodDefinition<WireEmpty, WireGetHashboardsResponse>;
  readonly GetSupportArchive: MethodDefinition<WireGetSupportArchiveRequest, WireChunk>;
  readonly GetLog: MethodDefinition<WireGetLogRequest, WireChunk>;
  readonly EnableHashboards: MethodDefinition<WireSetHashboardsRequest, WireSetHashboardsResponse>;
  readonly DisableHashboards: MethodDefinition<WireSetHashboardsRequest, WireSetHashboardsResponse>;
};
