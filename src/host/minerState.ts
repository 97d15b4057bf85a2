import type { MinerState } from '../fleet/minerData';
import type { MinerView } from '../service/fleetMonitor';

/** How states are named to people. */
export const STATE_LABELS: Readonly<Record<MinerState, string>> = {
  unknown: 'state unknown',
  'not-started': 'not started',
  normal: 'normal',
  paused: 'paused',
  suspended: 'suspended',
  restricted: 'restricted',
};

/** Another program, or a later version, may have written a state that is none of ours. */
export function stateOf({ status }: Extract<MinerView, { type: 'online' }>): MinerState {
  const state = status.data?.state;
  return Object.hasOwn(STATE_LABELS, state) ? state : 'unknown';
}
