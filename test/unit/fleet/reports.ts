import type { MinerReport } from '../../../src/fleet/minerReport';

/** A machine of which nothing is known but `parts`. */
export function report(id: string, parts: Partial<MinerReport>): MinerReport {
  return {
    miner: { id, host: 'h', port: 1, tenant: 'north', tags: [], tls: false, credentials: 'default' },
    status: undefined,
    stats: undefined,
    tempC: undefined,
    failure: undefined,
    lastState: undefined,
    fetchedAt: [],
    ...parts,
  };
}
