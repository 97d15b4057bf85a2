import type { PolicyRow } from '../../protocol/dashboard';
import type { PolicyFigures } from '../../service/policyFigures';
import { TARGET_RATIO } from './head';
import { present } from './present';

/** What the table of policies shows of a dataset. The target is one for what is short-lived. */
export function policyRowOf(figures: PolicyFigures): PolicyRow {
  const { dataset, strategy, ttlS, entries, bytes, lookups, hitRatio, sourceOffload, meanAgeMs, meanFetchMs } = figures;
  return {
    dataset,
    strategy,
    ttlS,
    entries,
    bytes,
    lookups,
    isUnderTarget: strategy === 'EPHEMERAL' && hitRatio !== undefined && hitRatio < TARGET_RATIO,
    ...present({
      hitRatio,
      sourceOffload,
      meanAgeS: meanAgeMs === undefined ? undefined : meanAgeMs / 1000,
      meanFetchMs,
    }),
  };
}
