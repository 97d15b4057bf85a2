import type { MinerConfig } from '../../fleet/minerConfig';
import type { WireGetMinerConfigurationResponse } from '../proto/wire/configuration';
import { toCoolingConfig } from './cooling';
import { toDpsConfig } from './dps';
import { toHashboardsConfig } from './performance';
import { toPoolGroupConfig } from './pools';
import { toTunerConfig } from './tuner';
import { known, list } from './values';

export function toMinerConfig(wire: WireGetMinerConfigurationResponse): MinerConfig {
  return known<MinerConfig>({
    poolGroups: list(wire.pool_groups, toPoolGroupConfig),
    cooling: toCoolingConfig(wire.temperature),
    tuner: toTunerConfig(wire.tuner),
    dps: toDpsConfig(wire.dps),
    hashboards: toHashboardsConfig(wire.hashboard_config),
  });
}
