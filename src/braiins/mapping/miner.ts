import type {
  ApiVersion,
  MinerComponent,
  MinerDetails,
  MinerErrorCode,
  MinerErrorReport,
  MinerStatus,
  PsuInfo,
} from '../../fleet/minerData';
import type {
  WireGetErrorsResponse,
  WireGetMinerDetailsResponse,
  WireGetMinerStatusResponse,
  WireMinerError,
  WirePsuInfo,
} from '../proto/wire/miner';
import { zeroIfAbsent } from '../proto/wire/units';
import type { WireApiVersion } from '../proto/wire/version';
import { bosModeName, brandName, controlBoardName, modelName, platformName, stateName } from './names';
import { anyKnown, finite, flag, known, list, terahash, text, volts, wrapped } from './values';

export function toMinerStatus(wire: WireGetMinerStatusResponse): MinerStatus {
  return { state: stateName(wire.status) };
}

export function toMinerDetails(wire: WireGetMinerDetailsResponse): MinerDetails {
  const identity = wire.miner_identity;
  return known<MinerDetails>({
    uid: text(wire.uid),
    brand: brandName(identity?.brand),
    model: text(identity?.miner_model) ?? modelName(identity?.model),
    name: text(identity?.name),
    platform: platformName(wire.platform),
    controlBoardSoc: controlBoardName(wire.control_board_soc_family),
    bosMode: bosModeName(wire.bos_mode),
    firmwareVersion: text(wire.bos_version?.current),
    firmwareMajor: text(wire.bos_version?.major),
    bosPlus: flag(wire.bos_version?.bos_plus),
    hostname: text(wire.hostname),
    macAddress: text(wire.mac_address),
    serialNumber: text(wire.serial_number),
    kernelVersion: text(wire.kernel_version),
    stickerHashrateThs: terahash(wire.sticker_hashrate),
    systemUptimeS: finite(wire.system_uptime_s) ?? finite(wire.system_uptime),
    bosminerUptimeS: bosminerUptime(wire),
    state: wire.status === undefined ? undefined : stateName(wire.status),
    psu: toPsuInfo(wire.psu_info),
  });
}

/**
 * Zero while the mining software does not run, which proto3 does not send. Older firmware does not have the field at all; but
 * fields are numbered in the order in which they came, so that whoever sends the later `system_uptime_s` has this one too.
 */
function bosminerUptime({ bosminer_uptime_s, system_uptime_s }: WireGetMinerDetailsResponse): number | undefined {
  return bosminer_uptime_s === undefined && system_uptime_s !== undefined ? 0 : finite(bosminer_uptime_s);
}

function toPsuInfo(wire: WirePsuInfo | undefined): PsuInfo | undefined {
  return anyKnown<PsuInfo>({
    version: wrapped(wire?.version),
    firmwareVersion: wrapped(wire?.fw_version),
    serialNumber: text(wire?.serial_number),
    modelName: text(wire?.model_name),
    minVoltageV: volts(wire?.min_voltage),
    maxVoltageV: volts(wire?.max_voltage),
  });
}

export function toErrorReports(wire: WireGetErrorsResponse): MinerErrorReport[] {
  return list(wire.errors, toErrorReport);
}

function toErrorReport(wire: WireMinerError): MinerErrorReport {
  return known<MinerErrorReport>({
    timestamp: text(wire.timestamp),
    message: text(wire.message),
    codes: list(wire.error_codes, (error) =>
      known<MinerErrorCode>({ code: text(error.code), reason: text(error.reason), hint: text(error.hint) }),
    ),
    components: list(wire.components, (component) =>
      known<MinerComponent>({ name: text(component.name), index: finite(component.index) }),
    ),
  });
}

/** A number that is absent here is zero: every API version has all three, and proto3 does not send zeros. */
export function toApiVersion(wire: WireApiVersion): ApiVersion {
  return known<ApiVersion>({
    major: zeroIfAbsent(finite(wire.major)),
    minor: zeroIfAbsent(finite(wire.minor)),
    patch: zeroIfAbsent(finite(wire.patch)),
    pre: text(wire.pre),
    build: text(wire.build),
  });
}

/** `1.11.0`, or with the parts that few versions have `1.11.0-rc.1+abc`. */
export function versionText({ major, minor, patch, pre, build }: ApiVersion): string {
  return `${major}.${minor}.${patch}${pre === undefined ? '' : `-${pre}`}${build === undefined ? '' : `+${build}`}`;
}
