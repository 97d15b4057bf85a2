import type { FirmwareApi } from './firmware';

/*
 * Which calls, and which fields of answers, came with which version of the API. What is not named here was there from the
 * start, in 1.0.0. The real history is not published in a form that could be followed: the order is that of the field numbers,
 * the versions are this simulation's choice. No version took anything away.
 */

/** First minor version of API 1 with the call, by its path. */
export const CALLS_SINCE: Readonly<Record<string, number>> = {
  '/braiins.bos.v1.MinerService/EnableHashboards': 1,
  '/braiins.bos.v1.MinerService/DisableHashboards': 1,
  '/braiins.bos.v1.PerformanceService/RemoveTunedProfiles': 1,
  '/braiins.bos.v1.PoolService/SetPoolGroups': 2,
  '/braiins.bos.v1.CoolingService/SetCoolingMode': 2,
  '/braiins.bos.v1.NetworkService/GetNetworkConfiguration': 3,
  '/braiins.bos.v1.NetworkService/SetNetworkConfiguration': 3,
  '/braiins.bos.v1.NetworkService/GetNetworkInfo': 3,
  '/braiins.bos.v1.LicenseService/ApplyContractKey': 4,
  '/braiins.bos.v1.UpgradeService/GetAutoUpgradeStatus': 5,
  '/braiins.bos.v1.UpgradeService/UpdateAutoUpgradeConfig': 5,
  '/braiins.bos.v1.UpgradeService/SystemUpgrade': 6,
  '/braiins.bos.v1.UpgradeService/RestoreStock': 6,
  '/braiins.bos.v1.ActionsService/FactoryReset': 6,
  '/braiins.bos.v1.MinerService/GetLog': 7,
  '/braiins.bos.v1.PerformanceService/SetRelativePowerTarget': 8,
  '/braiins.bos.v1.PerformanceService/SetRelativeHashrateTarget': 8,
  '/braiins.bos.v1.PerformanceService/GetMinerEfficiencyProfile': 9,
  '/braiins.bos.v1.PerformanceService/SetQuickRamping': 10,
  '/braiins.bos.v1.PerformanceService/SetDefaultQuickRamping': 10,
  '/braiins.bos.v1.AdvancedSettingsService/GetSettingsSchema': 11,
  '/braiins.bos.v1.AdvancedSettingsService/GetSettings': 11,
  '/braiins.bos.v1.AdvancedSettingsService/SetSettings': 11,
  '/braiins.bos.v1.AdvancedSettingsService/ResetAllSettings': 11,
};

/** First minor version of API 1 with the field, by the call's path and then by the field's place in its answer. */
export const FIELDS_SINCE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '/braiins.bos.v1.MinerService/GetMinerDetails': {
    kernel_version: 1,
    'miner_identity.miner_model': 4,
    psu_info: 3,
    control_board_soc_family: 5,
    serial_number: 6,
  },
  '/braiins.bos.v1.MinerService/GetMinerStats': {
    'pool_stats.last_share_time': 2,
    'pool_stats.best_share_str': 7,
    'miner_stats.best_share_str': 7,
  },
  '/braiins.bos.v1.MinerService/GetHashboards': {
    'hashboards.stats.best_share_str': 7,
    'hashboards.model': 2,
    'hashboards.lowest_inlet_temp': 4,
    'hashboards.highest_outlet_temp': 4,
    'hashboards.serial_number': 6,
    'hashboards.board_name': 8,
    'hashboards.chip_type': 8,
    'hashboards.lowest_water_inlet_temp': 10,
    'hashboards.highest_water_outlet_temp': 10,
  },
  '/braiins.bos.v1.CoolingService/GetCoolingState': { 'fans.target_speed_ratio': 5 },
  '/braiins.bos.v1.CoolingService/SetCoolingMode': {
    'auto.min_fan_speed': 6,
    'auto.max_fan_speed': 6,
    'auto.minimum_required_fans': 7,
    'auto.pause_mode': 10,
    'manual.minimum_required_fans': 7,
    'manual.pause_mode': 10,
  },
  '/braiins.bos.v1.PerformanceService/SetDPS': { mode: 4, on_start_target_percent: 9 },
  '/braiins.bos.v1.PoolService/GetPoolGroups': {
    'pool_groups.pools.stats.last_share_time': 2,
    'pool_groups.pools.stats.best_share_str': 7,
  },
  '/braiins.bos.v1.ConfigurationService/GetMinerConfiguration': {
    'temperature.auto.min_fan_speed': 6,
    'temperature.auto.max_fan_speed': 6,
    'temperature.auto.minimum_required_fans': 7,
    'temperature.auto.pause_mode': 10,
    'temperature.manual.minimum_required_fans': 7,
    'temperature.manual.pause_mode': 10,
    'dps.mode': 4,
    'dps.on_start_target_percent': 9,
    hashboard_config: 1,
    'hashboard_config.quick_ramping_time_up_s': 10,
    'hashboard_config.quick_ramping_time_down_s': 10,
  },
  '/braiins.bos.v1.ConfigurationService/GetConstraints': {
    'cooling_constraints.min_fan_speed': 6,
    'cooling_constraints.max_fan_speed': 6,
    'cooling_constraints.pause_cooldown_fan_speed_ratio': 10,
    'cooling_constraints.default_fan_pause_mode': 10,
    'cooling_constraints.default_fan_pause_runtime': 10,
    'cooling_constraints.fan_pause_runtime_limited_duration_s': 10,
    'dps_constraints.mode': 4,
    'dps_constraints.on_start_target_percent': 9,
    hashboards_constraints: 1,
    'hashboards_constraints.quick_ramping_time_s': 10,
  },
};

/** Fields to leave out: `true` for a whole field, or those inside of it. */
type Omissions = Map<string, true | Omissions>;

/** Whether a miner of that version knows the call with that path, such as `/braiins.bos.v1.MinerService/GetLog`. */
export function hasCall(api: FirmwareApi, path: string): boolean {
  return knows(api, CALLS_SINCE[path] ?? 0);
}

/**
 * What takes from answers to the call the fields that came after that version; `undefined` when there are none. It gives a copy,
 * and looks into lists.
 */
export function newerFieldStripper(
  api: FirmwareApi,
  path: string,
): (<Response>(answer: Response) => Response) | undefined {
  const omissions = omissionsOf(api, path);
  return omissions.size === 0 ? undefined : (answer) => strip(answer, omissions) as typeof answer;
}

function knows(api: FirmwareApi, minor: number): boolean {
  return api.major > 1 || (api.major === 1 && api.minor >= minor);
}

function omissionsOf(api: FirmwareApi, path: string): Omissions {
  const omissions: Omissions = new Map();
  for (const [field, minor] of Object.entries(FIELDS_SINCE[path] ?? {})) {
    if (!knows(api, minor)) {
      omit(omissions, field.split('.'));
    }
  }
  return omissions;
}

function omit(omissions: Omissions, [name = '', ...inner]: readonly string[]): void {
  const known = omissions.get(name);
  if (inner.length === 0) {
    omissions.set(name, true);
  } else if (known !== true) {
    const below = known ?? new Map();
    omissions.set(name, below);
    omit(below, inner);
  }
}

function strip(value: unknown, omissions: Omissions): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => strip(item, omissions));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const inner = omissions.get(name);
    if (inner !== true) {
      kept[name] = inner === undefined ? field : strip(field, inner);
    }
  }
  return kept;
}
