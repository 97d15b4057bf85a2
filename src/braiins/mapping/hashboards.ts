import type { Hashboard } from '../../fleet/minerData';
import type { WireGetHashboardsResponse, WireHashboard } from '../proto/wire/miner';
import { celsius, flag, hertz, known, list, text, volts, wrapped } from './values';
import { toWorkStats } from './work';

export function toHashboards(wire: WireGetHashboardsResponse): Hashboard[] {
  return list(wire.hashboards, toHashboard);
}

function toHashboard(wire: WireHashboard): Hashboard {
  return known<Hashboard>({
    id: text(wire.id),
    enabled: isEnabled(wire),
    model: text(wire.model),
    boardName: text(wire.board_name),
    chipType: text(wire.chip_type),
    serialNumber: text(wire.serial_number),
    chipsCount: wrapped(wire.chips_count),
    voltageV: volts(wire.current_voltage),
    frequencyHz: hertz(wire.current_frequency),
    boardTempC: celsius(wire.board_temp),
    highestChipTempC: celsius(wire.highest_chip_temp?.temperature),
    lowestInletTempC: celsius(wire.lowest_inlet_temp),
    highestOutletTempC: celsius(wire.highest_outlet_temp),
    lowestWaterInletTempC: celsius(wire.lowest_water_inlet_temp),
    highestWaterOutletTempC: celsius(wire.highest_water_outlet_temp),
    work: toWorkStats(wire.stats),
  });
}

/** proto3 does not send `false`. Fields are numbered in the order in which they came: whoever sends a later one knows this one. */
function isEnabled({ enabled, chips_count }: WireHashboard): boolean | undefined {
  return enabled === undefined && chips_count !== undefined ? false : flag(enabled);
}
