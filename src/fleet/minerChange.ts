import type { CoolingMode } from './minerCooling';
import type { PoolGroupDraft } from './minerPools';

/** What a person or an agent can have a miner do. */
export type MinerChange =
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Of the mining software. */
  | { readonly type: 'restart' }
  /** Of the control board. */
  | { readonly type: 'reboot' }
  /** Whether the lamp blinks by which a person finds the machine. */
  | { readonly type: 'locate'; readonly on: boolean }
  | { readonly type: 'power-target'; readonly powerW: number }
  | { readonly type: 'hashrate-target'; readonly hashrateThs: number }
  /** All groups at once, in the place of those that there are. */
  | { readonly type: 'pool-groups'; readonly groups: readonly PoolGroupDraft[] }
  | { readonly type: 'cooling'; readonly mode: CoolingMode }
  | { readonly type: 'hashboards'; readonly ids: readonly string[]; readonly on: boolean };

/** The change in a few words for people, without secrets: what stands after "to". */
export function describeChange(change: MinerChange): string {
  switch (change.type) {
    case 'locate':
      return change.on ? 'blink' : 'stop blinking';
    case 'power-target':
      return `set the power target to ${change.powerW} W`;
    case 'hashrate-target':
      return `set the hashrate target to ${change.hashrateThs} TH/s`;
    case 'pool-groups':
      return `set ${change.groups.length} pool ${change.groups.length === 1 ? 'group' : 'groups'}`;
    case 'cooling':
      return `set cooling to ${change.mode.mode}`;
    case 'hashboards':
      return `switch ${change.on ? 'on' : 'off'} the hashboards ${change.ids.join(', ')}`;
    default:
      return change.type;
  }
}
