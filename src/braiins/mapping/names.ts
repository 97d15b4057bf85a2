import type { MinerState } from '../../fleet/minerData';
import type {
  WireBosMode,
  WireControlBoardSocFamily,
  WireMinerBrand,
  WireMinerModel,
  WireMinerStatus,
  WirePlatform,
} from '../proto/wire/miner';

/** The miner's state; `unknown` for one that this version does not know. */
export function stateName(status: WireMinerStatus | undefined): MinerState {
  switch (status) {
    case 'MINER_STATUS_NOT_STARTED':
      return 'not-started';
    case 'MINER_STATUS_NORMAL':
      return 'normal';
    case 'MINER_STATUS_PAUSED':
      return 'paused';
    case 'MINER_STATUS_SUSPENDED':
      return 'suspended';
    case 'MINER_STATUS_RESTRICTED':
      return 'restricted';
    default:
      return 'unknown';
  }
}

export function brandName(brand: WireMinerBrand | undefined): string | undefined {
  switch (brand) {
    case 'MINER_BRAND_ANTMINER':
      return 'Antminer';
    case 'MINER_BRAND_WHATSMINER':
      return 'Whatsminer';
    default:
      return undefined;
  }
}

/** `Antminer S19j Pro` for `MINER_MODEL_ANTMINER_S19J_PRO`. Firmware that names its model in words does not need this. */
export function modelName(model: WireMinerModel | undefined): string | undefined {
  const code = typeof model === 'string' ? /^MINER_MODEL_ANTMINER_(.+)$/.exec(model)?.[1] : undefined;
  if (code === undefined) {
    return undefined;
  }
  const [series = '', ...variants] = code.split('_');
  const written = series.replace(
    /^([A-Z]\d+)([AEJ])$/,
    (_, base: string, letter: string) => base + letter.toLowerCase(),
  );
  const words = [written.replace(/^([A-Z]\d+)(XP)$/, '$1 $2')];
  for (const variant of variants) {
    if (variant === 'PLUS') {
      words.push(`${words.pop()}+`);
    } else {
      words.push(variant.charAt(0) + variant.slice(1).toLowerCase());
    }
  }
  return `Antminer ${words.join(' ')}`;
}

export function platformName(platform: WirePlatform | undefined): string | undefined {
  switch (platform) {
    case 'PLATFORM_AM1_S9':
      return 'AM1 S9';
    case 'PLATFORM_AM2_S17':
      return 'AM2 S17';
    case 'PLATFORM_AM3_BBB':
      return 'AM3 BeagleBone';
    case 'PLATFORM_AM3_AML':
      return 'AM3 Amlogic';
    case 'PLATFORM_STM32MP157C_II1_AM2':
      return 'STM32MP157C II1 AM2';
    case 'PLATFORM_CVITEK_BM1_AM2':
      return 'CVITEK BM1 AM2';
    case 'PLATFORM_ZYNQ_BM3_AM2':
      return 'Zynq BM3 AM2';
    case 'PLATFORM_STM32MP157C_II2_BMM1':
      return 'STM32MP157C II2 BMM1';
    default:
      return undefined;
  }
}

export function controlBoardName(family: WireControlBoardSocFamily | undefined): string | undefined {
  switch (family) {
    case 'CONTROL_BOARD_SOC_FAMILY_CVITEK':
      return 'CVITEK';
    case 'CONTROL_BOARD_SOC_FAMILY_BBB':
      return 'BeagleBone';
    case 'CONTROL_BOARD_SOC_FAMILY_AML':
      return 'Amlogic';
    case 'CONTROL_BOARD_SOC_FAMILY_ZYNQ':
      return 'Zynq';
    case 'CONTROL_BOARD_SOC_FAMILY_BRAIINS':
      return 'Braiins';
    default:
      return undefined;
  }
}

/** Where the firmware runs from, or what it is doing there. */
export function bosModeName(mode: WireBosMode | undefined): string | undefined {
  switch (mode) {
    case 'BOS_MODE_UPGRADE':
      return 'upgrade';
    case 'BOS_MODE_RECOVERY':
      return 'recovery';
    case 'BOS_MODE_SD':
      return 'SD';
    case 'BOS_MODE_NAND':
      return 'NAND';
    case 'BOS_MODE_EMMC':
      return 'eMMC';
    default:
      return undefined;
  }
}
