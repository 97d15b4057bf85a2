import type { Availability } from '../../protocol/dashboard';
import type { SessionState } from '../fleetSession';

/** Whether there is a fleet to show, and if not, why and what to do. */
export function availabilityOf(state: SessionState): Availability {
  switch (state.type) {
    case 'running':
      return { state: 'running' };
    case 'starting':
      return unavailable('Fleet Cache is starting.');
    case 'failed':
      return unavailable(`Fleet Cache could not start. ${state.reason}`);
    case 'untrusted':
      return unavailable(
        'This workspace is not trusted: its fleet.json is not read, and no connection to Redis or miners is opened. Trust it, or start the demo fleet.',
      );
    case 'paused':
      return unavailable(
        'Fleet Cache is paused in this workspace: it asks neither Redis nor miners for anything. Use “Fleet Cache: Resume” to go on.',
      );
    case 'noFolder':
      return unavailable('No folder is open. Open one with a fleet.json, or start the demo fleet.');
    case 'noInventory':
      return unavailable(
        'This folder has no fleet.json, the list of your miners. Create one from the Miners view, or start the demo fleet.',
      );
  }
}

function unavailable(reason: string): Availability {
  return { state: 'unavailable', reason };
}
