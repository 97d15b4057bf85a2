import type { StoreHealth } from '../cache/store';
import type { PolicyFigures } from './policyFigures';
import type { AccessState } from './writeAccess';

export interface CacheState {
  readonly health: StoreHealth;
  readonly access: AccessState;
  readonly policies: readonly PolicyFigures[];
  /** Of the settings, for people. */
  readonly problems: readonly string[];
}

/** What ephemeral data should reach. */
const TARGET_HIT_RATIO = 0.8;
/** With fewer lookups a ratio says nothing. */
const FEW_LOOKUPS = 100;

/** What keeps the cache from doing its work, the worst first, each in one sentence for people; nothing when all is well. */
export function cacheFindings({ health, access, policies, problems }: CacheState): readonly string[] {
  return [
    ...storeFindings(health),
    ...problems,
    ...policies.flatMap(({ dataset, strategy, lookups, hitRatio, ttlS }) =>
      strategy === 'EPHEMERAL' && lookups >= FEW_LOOKUPS && hitRatio !== undefined && hitRatio < TARGET_HIT_RATIO
        ? [
            `${dataset} has a hit ratio of ${Math.round(hitRatio * 100)} % since the start, below the target of 80 %: it is read more seldom than its TTL of ${ttlS} s, or voided often.`,
          ]
        : [],
    ),
    ...(access.mode === 'read-only' ? [`The connection is read-only: ${access.why}.`] : []),
  ];
}

function storeFindings(health: StoreHealth): readonly string[] {
  switch (health.state) {
    case 'up':
      return [];
    case 'connecting':
      return ['Redis is being connected to; until then each miner is read from its source.'];
    case 'down':
      return [`Redis is down, so that every read asks the miner: ${health.reason}`];
    case 'refusing-writes':
      return [`Redis takes no writes, so that nothing new is cached: ${health.reason}`];
    case 'refusing-reads':
      return [`Redis gives no reads, so that every read asks the miner: ${health.reason}`];
  }
}
