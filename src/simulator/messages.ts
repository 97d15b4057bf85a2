import type { WireGetCoolingStateResponse } from '../braiins/proto/wire/cooling';
import type {
  WireGetHashboardsResponse,
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireHashboard,
  WireMinerStatus,
  WirePsuInfo,
} from '../braiins/proto/wire/miner';
import type { WireGigaHashrate } from '../braiins/proto/wire/units';
import type { WireRealHashrate, WireWorkSolverStats } from '../braiins/proto/wire/work';
import { boardId } from './machine/boardId';
import type { SimulatedState } from './machine/ownWays';
import type { BoardMeasurement, HashrateWindow, Measurement, WorkMeasurement } from './machine/physics';
import type { MinerProfile } from './profile';

const STATUS: Readonly<Record<SimulatedState, WireMinerStatus>> = {
  'not-started': 'MINER_STATUS_NOT_STARTED',
  normal: 'MINER_STATUS_NORMAL',
  paused: 'MINER_STATUS_PAUSED',
  suspended: 'MINER_STATUS_SUSPENDED',
  restricted: 'MINER_STATUS_RESTRICTED',
};
const PSU_VERSION = { version: 65, firmware: 99 };

export function wireStatus(state: SimulatedState): WireMinerStatus {
  return STATUS[state];
}

export function detailsMessage(
  profile: MinerProfile,
  hostname: string,
  measured: Measurement,
): WireGetMinerDetailsResponse {
  const { model, firmware } = profile;
  return {
    uid: profile.uid,
    miner_identity: {
      brand: 'MINER_BRAND_ANTMINER',
      model: model.wireModel,
      name: model.name,
      miner_model: model.name,
    },
    platform: profile.controlBoard.platform,
    bos_mode: 'BOS_MODE_NAND',
    bos_version: { current: firmware.current, major: firmware.major, bos_plus: true },
    hostname,
    mac_address: profile.macAddress,
    system_uptime: measured.systemUptimeS,
    sticker_hashrate: { gigahash_per_second: model.stickerThs * 1_000 },
    bosminer_uptime_s: measured.bosminerUptimeS,
    system_uptime_s: measured.systemUptimeS,
    status: wireStatus(measured.state),
    kernel_version: firmware.kernel,
    psu_info: psuMessage(profile),
    control_board_soc_family: profile.controlBoard.soc,
    serial_number: profile.serialNumber,
  };
}

function psuMessage(profile: MinerProfile): WirePsuInfo {
  return {
    version: { value: PSU_VERSION.version },
    fw_version: { value: PSU_VERSION.firmware },
    serial_number: profile.psuSerialNumber,
    model_name: profile.model.psuModel,
    min_voltage: { volt: 11.96 },
    max_voltage: { volt: 15.2 },
  };
}

export function statsMessage(measured: Measurement): WireGetMinerStatsResponse {
  const { pool, work, powerW } = measured;
  const hashrateThs = work.averagesGhs.last_1m / 1_000;
  return {
    pool_stats: {
      accepted_shares: pool.acceptedShares,
      rejected_shares: pool.rejectedShares,
      stale_shares: pool.staleShares,
      last_difficulty: pool.difficulty,
      best_share: pool.bestShare,
      generated_work: pool.generatedWork,
      ...(pool.lastShareAt !== undefined && {
        last_share_time: {
          seconds: Math.floor(pool.lastShareAt / 1_000),
          nanos: (pool.lastShareAt % 1_000) * 1_000_000,
        },
      }),
      best_share_str: String(pool.bestShare),
    },
    miner_stats: workMessage(work, pool.bestShare),
    power_stats: {
      approximated_consumption: { watt: powerW },
      // No hashrate, no efficiency: it would be infinite.
      ...(hashrateThs > 0 && {
        efficiency: { joule_per_terahash: Math.round((powerW / hashrateThs) * 100) / 100 },
      }),
    },
  };
}

export function coolingMessage({ fans, boards }: Measurement): WireGetCoolingStateResponse {
  const hottest = Math.max(...boards.map(({ chipC }) => chipC));
  return {
    fans: fans.map(({ rpm, speedRatio }, position) => ({
      position,
      rpm,
      target_speed_ratio: speedRatio,
    })),
    highest_temperature: { location: 'SENSOR_LOCATION_CHIP', temperature: { degree_c: hottest } },
  };
}

export function hashboardsMessage(profile: MinerProfile, measured: Measurement): WireGetHashboardsResponse {
  return { hashboards: measured.boards.map((board, index) => boardMessage(profile, measured, board, index)) };
}

function boardMessage(
  profile: MinerProfile,
  measured: Measurement,
  board: BoardMeasurement,
  index: number,
): WireHashboard {
  const { model } = profile;
  const serialNumber = profile.boardSerialNumbers[index];
  return {
    id: boardId(index),
    enabled: board.enabled,
    chips_count: { value: model.chipsPerBoard },
    current_voltage: { volt: board.voltageV },
    current_frequency: { hertz: board.frequencyHz },
    highest_chip_temp: { id: index, location: 'SENSOR_LOCATION_CHIP', temperature: { degree_c: board.chipC } },
    board_temp: { degree_c: board.boardC },
    stats: workMessage(board.work, Math.floor(measured.pool.bestShare / (index + 1))),
    model: model.boardModel,
    ...(serialNumber !== undefined && { serial_number: serialNumber }),
    board_name: `${model.boardModel}-${boardId(index)}`,
    chip_type: model.chipType,
    ...boardTemperatures(profile, board),
  };
}

function boardTemperatures(profile: MinerProfile, board: BoardMeasurement): WireHashboard {
  const inlet = { degree_c: board.inletC };
  const outlet = { degree_c: board.outletC };
  return profile.model.hydro
    ? { lowest_water_inlet_temp: inlet, highest_water_outlet_temp: outlet }
    : { lowest_inlet_temp: inlet, highest_outlet_temp: outlet };
}

function workMessage(work: WorkMeasurement, bestShare: number): WireWorkSolverStats {
  const averages = Object.entries(work.averagesGhs) as [HashrateWindow, number][];
  const realHashrate: WireRealHashrate = Object.fromEntries(averages.map(([name, ghs]) => [name, gigaHashrate(ghs)]));
  return {
    real_hashrate: realHashrate,
    nominal_hashrate: gigaHashrate(work.nominalGhs),
    error_hashrate: { megahash_per_second: work.errorMhs },
    found_blocks: 0,
    best_share: bestShare,
    best_share_str: String(bestShare),
  };
}

function gigaHashrate(ghs: number): WireGigaHashrate {
  return { gigahash_per_second: ghs };
}
