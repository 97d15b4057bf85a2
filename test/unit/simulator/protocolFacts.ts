/**
 * Names, numbers and types of Braiins OS Public API 1.11.0 as far as they are defined here, written down apart from the .proto
 * files, so that a slip in one of them shows.
 */
export const PROTOCOL_FACTS = `
package braiins.bos
message ApiVersion
  1 major: uint64
  2 minor: uint64
  3 patch: uint64
  4 pre: string
  5 build: string
message ApiVersionRequest
service ApiVersionService
  GetApiVersion(ApiVersionRequest) -> ApiVersion
package braiins.bos.v1
enum SaveAction: 0 SAVE_ACTION_UNSPECIFIED, 1 SAVE_ACTION_SAVE, 2 SAVE_ACTION_SAVE_AND_APPLY, 3 SAVE_ACTION_SAVE_AND_FORCE_APPLY
package braiins.bos.v1
message MegaHashrate
  1 megahash_per_second: double
message GigaHashrate
  1 gigahash_per_second: double
message TeraHashrate
  1 terahash_per_second: double
message Frequency
  1 hertz: double
message Voltage
  1 volt: double
message Power
  1 watt: uint64
message PowerEfficiency
  1 joule_per_terahash: double
message Temperature
  1 degree_c: double
message BasesPoints
  1 bsp: uint32
message Hours
  1 hours: uint32
enum DayOfWeek: 0 DAY_OF_WEEK_UNSPECIFIED, 1 DAY_OF_WEEK_MONDAY, 2 DAY_OF_WEEK_TUESDAY, 3 DAY_OF_WEEK_WEDNESDAY, 4 DAY_OF_WEEK_THURSDAY, 5 DAY_OF_WEEK_FRIDAY, 6 DAY_OF_WEEK_SATURDAY, 7 DAY_OF_WEEK_SUNDAY
package braiins.bos.v1
message RealHashrate
  1 last_5s: GigaHashrate
  2 last_15s: GigaHashrate
  3 last_30s: GigaHashrate
  4 last_1m: GigaHashrate
  5 last_5m: GigaHashrate
  6 last_15m: GigaHashrate
  7 last_30m: GigaHashrate
  8 last_1h: GigaHashrate
  9 last_24h: GigaHashrate
  10 since_restart: GigaHashrate
message WorkSolverStats
  1 real_hashrate: RealHashrate
  2 nominal_hashrate: GigaHashrate
  3 error_hashrate: MegaHashrate
  4 found_blocks: uint32
  5 best_share: uint64 (deprecated)
  6 best_share_str: string
package braiins.bos.v1
message LoginRequest
  1 username: string
  2 password: string
message LoginResponse
  1 token: string
  2 timeout_s: uint32
message SetPasswordRequest
  1 password: optional string
message SetPasswordResponse
service AuthenticationService
  Login(LoginRequest) -> LoginResponse
  SetPassword(SetPasswordRequest) -> SetPasswordResponse
package braiins.bos.v1
enum Platform: 0 PLATFORM_UNSPECIFIED, 1 PLATFORM_AM1_S9, 2 PLATFORM_AM2_S17, 3 PLATFORM_AM3_BBB, 4 PLATFORM_AM3_AML, 5 PLATFORM_STM32MP157C_II1_AM2, 6 PLATFORM_CVITEK_BM1_AM2, 7 PLATFORM_ZYNQ_BM3_AM2, 8 PLATFORM_STM32MP157C_II2_BMM1
enum ControlBoardSocFamily: 0 CONTROL_BOARD_SOC_FAMILY_UNSPECIFIED, 1 CONTROL_BOARD_SOC_FAMILY_CVITEK, 2 CONTROL_BOARD_SOC_FAMILY_BBB, 3 CONTROL_BOARD_SOC_FAMILY_AML, 4 CONTROL_BOARD_SOC_FAMILY_ZYNQ, 5 CONTROL_BOARD_SOC_FAMILY_BRAIINS
enum BosMode: 0 BOS_MODE_UNSPECIFIED, 1 BOS_MODE_UPGRADE, 2 BOS_MODE_RECOVERY, 3 BOS_MODE_SD, 4 BOS_MODE_NAND, 5 BOS_MODE_EMMC
enum MinerBrand: 0 MINER_BRAND_UNSPECIFIED, 1 MINER_BRAND_ANTMINER, 2 MINER_BRAND_WHATSMINER
enum MinerModel: 0 MINER_MODEL_UNSPECIFIED, 1 MINER_MODEL_ANTMINER_S9, 2 MINER_MODEL_ANTMINER_X17, 3 MINER_MODEL_ANTMINER_S17, 4 MINER_MODEL_ANTMINER_S17_PLUS, 5 MINER_MODEL_ANTMINER_S17_PRO, 6 MINER_MODEL_ANTMINER_S17E, 7 MINER_MODEL_ANTMINER_T17, 8 MINER_MODEL_ANTMINER_T17E, 9 MINER_MODEL_ANTMINER_T17_PLUS, 10 MINER_MODEL_ANTMINER_X19, 11 MINER_MODEL_ANTMINER_S19, 12 MINER_MODEL_ANTMINER_S19_PRO, 13 MINER_MODEL_ANTMINER_S19_PLUS, 14 MINER_MODEL_ANTMINER_S19J, 15 MINER_MODEL_ANTMINER_S19J_PRO, 16 MINER_MODEL_ANTMINER_S19A, 17 MINER_MODEL_ANTMINER_S19A_PRO, 18 MINER_MODEL_ANTMINER_S19XP, 19 MINER_MODEL_ANTMINER_T19, 20 MINER_MODEL_ANTMINER_S19J_PRO_PLUS
message MinerIdentity
  1 brand: MinerBrand
  2 model: MinerModel (deprecated)
  3 name: string
  4 miner_model: string
message BosVersion
  1 current: string
  2 major: string
  3 bos_plus: bool
enum MinerStatus: 0 MINER_STATUS_UNSPECIFIED, 1 MINER_STATUS_NOT_STARTED, 2 MINER_STATUS_NORMAL, 3 MINER_STATUS_PAUSED, 4 MINER_STATUS_SUSPENDED, 5 MINER_STATUS_RESTRICTED
message ErrorCode
  1 code: string
  2 reason: string
  3 hint: string
message Component
  1 name: string
  2 index: uint32
message MinerError
  1 timestamp: string
  2 message: string
  3 error_codes: repeated ErrorCode
  4 components: repeated Component
message GetMinerStatusRequest
message GetMinerStatusResponse
  1 status: MinerStatus
message GetMinerDetailsRequest
message PsuInfo
  1 version: optional google.protobuf.UInt32Value
  2 fw_version: optional google.protobuf.UInt32Value
  3 serial_number: optional string
  4 model_name: optional string
  5 min_voltage: optional Voltage
  6 max_voltage: optional Voltage
message GetMinerDetailsResponse
  1 uid: string
  2 miner_identity: MinerIdentity
  3 platform: Platform
  4 bos_mode: BosMode
  5 bos_version: BosVersion
  6 hostname: string
  7 mac_address: string
  8 system_uptime: uint64 (deprecated)
  9 sticker_hashrate: GigaHashrate
  10 bosminer_uptime_s: uint64
  11 system_uptime_s: uint64
  12 status: MinerStatus
  13 kernel_version: string
  14 psu_info: optional PsuInfo
  15 control_board_soc_family: ControlBoardSocFamily
  16 serial_number: optional string
message MinerPowerStats
  1 approximated_consumption: Power
  2 efficiency: PowerEfficiency
message GetMinerStatsRequest
message GetMinerStatsResponse
  1 pool_stats: PoolStats
  2 miner_stats: WorkSolverStats
  3 power_stats: MinerPowerStats
message GetErrorsRequest
message GetErrorsResponse
  1 errors: repeated MinerError
message Hashboard
  1 id: string
  2 enabled: bool
  3 chips_count: google.protobuf.UInt32Value
  4 current_voltage: Voltage
  5 current_frequency: Frequency
  6 highest_chip_temp: TemperatureSensor
  7 board_temp: Temperature
  8 stats: WorkSolverStats
  9 model: optional string
  10 lowest_inlet_temp: Temperature
  11 highest_outlet_temp: Temperature
  12 serial_number: optional string
  13 board_name: optional string
  14 chip_type: optional string
  15 lowest_water_inlet_temp: optional Temperature
  16 highest_water_outlet_temp: optional Temperature
enum SupportArchiveFormat: 0 SUPPORT_ARCHIVE_FORMAT_UNSPECIFIED, 1 SUPPORT_ARCHIVE_FORMAT_ZIP, 2 SUPPORT_ARCHIVE_FORMAT_BOS, 3 SUPPORT_ARCHIVE_FORMAT_ZIP_ENCRYPTED
enum LogType: 0 LOG_TYPE_UNSPECIFIED, 1 LOG_TYPE_ERRORS, 2 LOG_TYPE_BOSMINER, 3 LOG_TYPE_BOSER, 4 LOG_TYPE_MONITOR, 5 LOG_TYPE_SYSLOG, 6 LOG_TYPE_DMESG
message GetSupportArchiveRequest
  1 format: SupportArchiveFormat
message GetSupportArchiveResponse
  1 chunk_data: bytes
message GetLogRequest
  1 log_type: LogType
message GetLogResponse
  1 chunk_data: bytes
message GetHashboardsRequest
message GetHashboardsResponse
  1 hashboards: repeated Hashboard
message EnableHashboardsRequest
  1 save_action: SaveAction
  2 hashboard_ids: repeated string
message EnableHashboardsResponse
  1 hashboards: repeated HashboardEnableState
message DisableHashboardsRequest
  1 save_action: SaveAction
  2 hashboard_ids: repeated string
message DisableHashboardsResponse
  1 hashboards: repeated HashboardEnableState
message HashboardEnableState
  1 id: string
  2 is_enabled: bool
service MinerService
  GetMinerStatus(GetMinerStatusRequest) -> stream GetMinerStatusResponse
  GetMinerDetails(GetMinerDetailsRequest) -> GetMinerDetailsResponse
  GetMinerStats(GetMinerStatsRequest) -> GetMinerStatsResponse
  GetErrors(GetErrorsRequest) -> GetErrorsResponse
  GetHashboards(GetHashboardsRequest) -> GetHashboardsResponse
  GetSupportArchive(GetSupportArchiveRequest) -> stream GetSupportArchiveResponse
  GetLog(GetLogRequest) -> stream GetLogResponse
  EnableHashboards(EnableHashboardsRequest) -> EnableHashboardsResponse
  DisableHashboards(DisableHashboardsRequest) -> DisableHashboardsResponse
package braiins.bos.v1
message Quota
  1 value: uint32
message FixedShareRatio
  1 value: double
message PoolGroupConfiguration
  1 uid: optional string
  2 name: string
  3 quota: Quota [oneof load_balance_strategy]
  4 fixed_share_ratio: FixedShareRatio [oneof load_balance_strategy]
  5 pools: repeated PoolConfiguration
message PoolConfiguration
  1 uid: optional string
  2 url: string
  3 user: string
  4 password: optional string
  5 enabled: optional bool
message PoolGroup
  1 name: string
  2 quota: Quota [oneof strategy]
  3 fixed_share_ratio: FixedShareRatio [oneof strategy]
  4 pools: repeated Pool
  5 uid: string
message Pool
  1 uid: string
  2 url: string
  3 user: string
  4 enabled: bool
  5 alive: bool
  6 active: bool
  7 stats: PoolStats
message PoolStats
  1 accepted_shares: uint64
  2 rejected_shares: uint64
  3 stale_shares: uint64
  4 last_difficulty: uint64
  5 best_share: uint64 (deprecated)
  6 generated_work: uint64
  7 last_share_time: optional google.protobuf.Timestamp
  8 best_share_str: string
message GetPoolGroupsRequest
message GetPoolGroupsResponse
  1 pool_groups: repeated PoolGroup
message CreatePoolGroupRequest
  1 save_action: SaveAction
  2 group: PoolGroupConfiguration
message CreatePoolGroupResponse
  1 group: PoolGroupConfiguration
message UpdatePoolGroupRequest
  1 save_action: SaveAction
  2 group: PoolGroupConfiguration
message UpdatePoolGroupResponse
  1 group: PoolGroupConfiguration
message RemovePoolGroupRequest
  1 save_action: SaveAction
  2 uid: string
message RemovePoolGroupResponse
message SetPoolGroupsRequest
  1 save_action: SaveAction
  2 pool_groups: repeated PoolGroupConfiguration
message SetPoolGroupsResponse
  1 pool_groups: repeated PoolGroupConfiguration
service PoolService
  GetPoolGroups(GetPoolGroupsRequest) -> GetPoolGroupsResponse
  CreatePoolGroup(CreatePoolGroupRequest) -> CreatePoolGroupResponse
  UpdatePoolGroup(UpdatePoolGroupRequest) -> UpdatePoolGroupResponse
  RemovePoolGroup(RemovePoolGroupRequest) -> RemovePoolGroupResponse
  SetPoolGroups(SetPoolGroupsRequest) -> SetPoolGroupsResponse
package braiins.bos.v1
enum SensorLocation: 0 SENSOR_LOCATION_UNSPECIFIED, 1 SENSOR_LOCATION_CHIP, 2 SENSOR_LOCATION_PCB
message TemperatureSensor
  1 id: optional uint32
  2 location: SensorLocation
  3 temperature: Temperature
message FanState
  1 position: optional uint32
  2 rpm: uint32
  3 target_speed_ratio: optional double
message GetCoolingStateRequest
message GetCoolingStateResponse
  1 fans: repeated FanState
  2 highest_temperature: TemperatureSensor
service CoolingService
  GetCoolingState(GetCoolingStateRequest) -> GetCoolingStateResponse
`;
