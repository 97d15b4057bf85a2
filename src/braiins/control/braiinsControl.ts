import type { MinerControl } from '../../fleet/minerControl';
import type { LazyMinerApi } from '../lazyMinerApi';
import { BraiinsActions } from './actions';
import { BraiinsCooling } from './cooling';
import { BraiinsHashboards } from './hashboards';
import { BraiinsPerformance } from './performance';
import { BraiinsPools } from './pools';
import { BraiinsSystem } from './system';
import { Writer } from './writer';

/** Changes miners over the Braiins OS Public API. Factory reset and upgrades with an image are left out on purpose. */
export function createBraiinsControl(api: LazyMinerApi): MinerControl {
  const writer = new Writer(api);
  return {
    actions: new BraiinsActions(writer),
    pools: new BraiinsPools(writer),
    cooling: new BraiinsCooling(writer),
    performance: new BraiinsPerformance(writer),
    hashboards: new BraiinsHashboards(writer),
    system: new BraiinsSystem(writer),
  };
}
