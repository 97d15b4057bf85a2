import type { WireControlBoardSocFamily, WireMinerModel, WirePlatform } from '../braiins/proto/wire/miner';

/** What the maker says of a model. Rounded figures of real machines, so that they are plausible and no more. */
export interface MinerModelSpec {
  readonly name: string;
  readonly wireModel: WireMinerModel;
  readonly boardModel: string;
  readonly chipType: string;
  readonly boards: number;
  readonly chipsPerBoard: number;
  readonly stickerThs: number;
  readonly efficiencyJPerTh: number;
  readonly frequencyMhz: number;
  readonly boardVoltageV: number;
  readonly psuModel: string;
  /** Cooled by water: its boards report water temperatures in place of air temperatures. */
  readonly hydro: boolean;
}

export interface ControlBoard {
  readonly platform: WirePlatform;
  readonly soc: WireControlBoardSocFamily;
}

export const MODELS: readonly [MinerModelSpec, ...MinerModelSpec[]] = [
  {
    name: 'Antminer S19',
    wireModel: 'MINER_MODEL_ANTMINER_S19',
    boardModel: 'NBT1901',
    chipType: 'BM1398',
    boards: 3,
    chipsPerBoard: 76,
    stickerThs: 95,
    efficiencyJPerTh: 34.5,
    frequencyMhz: 675,
    boardVoltageV: 13.6,
    psuModel: 'APW12',
    hydro: false,
  },
  {
    name: 'Antminer S19 Pro',
    wireModel: 'MINER_MODEL_ANTMINER_S19_PRO',
    boardModel: 'NBP1901',
    chipType: 'BM1398',
    boards: 3,
    chipsPerBoard: 114,
    stickerThs: 110,
    efficiencyJPerTh: 29.5,
    frequencyMhz: 525,
    boardVoltageV: 12.9,
    psuModel: 'APW12',
    hydro: false,
  },
  {
    name: 'Antminer S19j Pro',
    wireModel: 'MINER_MODEL_ANTMINER_S19J_PRO',
    boardModel: 'BHB42601',
    chipType: 'BM1362',
    boards: 3,
    chipsPerBoard: 126,
    stickerThs: 104,
    efficiencyJPerTh: 29.5,
    frequencyMhz: 545,
    boardVoltageV: 13.2,
    psuModel: 'APW12',
    hydro: false,
  },
  {
    name: 'Antminer S19 XP',
    wireModel: 'MINER_MODEL_ANTMINER_S19XP',
    boardModel: 'BHB56801',
    chipType: 'BM1366',
    boards: 3,
    chipsPerBoard: 110,
    stickerThs: 141,
    efficiencyJPerTh: 21.5,
    frequencyMhz: 485,
    boardVoltageV: 13.4,
    psuModel: 'APW12',
    hydro: false,
  },
  {
    name: 'Antminer S21',
    // Newer than the enum, which was closed before it.
    wireModel: 'MINER_MODEL_UNSPECIFIED',
    boardModel: 'BHB68606',
    chipType: 'BM1368',
    boards: 3,
    chipsPerBoard: 108,
    stickerThs: 200,
    efficiencyJPerTh: 17.5,
    frequencyMhz: 490,
    boardVoltageV: 13.7,
    psuModel: 'APW17',
    hydro: false,
  },
  {
    name: 'Antminer S19 Pro+ Hyd.',
    wireModel: 'MINER_MODEL_UNSPECIFIED',
    boardModel: 'HHB42801',
    chipType: 'BM1362',
    boards: 4,
    chipsPerBoard: 180,
    stickerThs: 198,
    efficiencyJPerTh: 27.5,
    frequencyMhz: 545,
    boardVoltageV: 15.1,
    psuModel: 'APW11',
    hydro: true,
  },
];

export const CONTROL_BOARDS: readonly [ControlBoard, ...ControlBoard[]] = [
  { platform: 'PLATFORM_AM3_BBB', soc: 'CONTROL_BOARD_SOC_FAMILY_BBB' },
  { platform: 'PLATFORM_AM3_AML', soc: 'CONTROL_BOARD_SOC_FAMILY_AML' },
  { platform: 'PLATFORM_CVITEK_BM1_AM2', soc: 'CONTROL_BOARD_SOC_FAMILY_CVITEK' },
  { platform: 'PLATFORM_ZYNQ_BM3_AM2', soc: 'CONTROL_BOARD_SOC_FAMILY_ZYNQ' },
  { platform: 'PLATFORM_STM32MP157C_II1_AM2', soc: 'CONTROL_BOARD_SOC_FAMILY_BRAIINS' },
];
