import type { MinerState } from '../../src/fleet/minerData';

/** What the processes of the scenario agree on. */
export const MINERS = 5_000;
export const TENANTS = 5;
export const STATES: readonly MinerState[] = ['normal', 'paused', 'suspended', 'restricted', 'not-started'];

export function minerId(index: number): string {
  return `miner-${String(index).padStart(5, '0')}`;
}

export function tenantOf(index: number): string {
  return `site-${(index % TENANTS) + 1}`;
}
