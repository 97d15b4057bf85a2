import type { MinerChange } from '../fleet/minerChange';
import type { PoolGroupDraft } from '../fleet/minerPools';

/** What a person should know before miners are told to do it, in sentences. */
export function consequencesOf(change: MinerChange): readonly string[] {
  switch (change.type) {
    case 'pause':
    case 'restart':
    case 'reboot':
      return ['They earn nothing meanwhile.'];
    case 'hashboards':
      return change.on ? [] : ['These hashboards earn nothing until they are switched on again.'];
    case 'pool-groups':
      return [
        'All pools that they have now are replaced, and what they earn goes to the new ones:',
        `${poolsOf(change.groups).join(', then ')}.`,
      ];
    case 'cooling':
      return coolingConsequences(change.mode.mode);
    default:
      return [];
  }
}

function coolingConsequences(mode: string): readonly string[] {
  switch (mode) {
    case 'manual':
      return ['Their fans do not follow the temperature any more.'];
    case 'immersion':
    case 'hydro':
      return ['Their fans stand still: that is for machines that are cooled by a liquid.'];
    default:
      return [];
  }
}

/** The host alone of each pool's URL, in which a password may stand. */
function poolsOf(groups: readonly PoolGroupDraft[]): readonly string[] {
  return groups.flatMap(({ pools }) =>
    pools.map(({ url, user }) => `${URL.canParse(url) ? new URL(url).host : 'a pool'} as ${user}`),
  );
}
