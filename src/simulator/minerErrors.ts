import type { WireMinerError } from '../braiins/proto/wire/miner';
import type { MinerProfile } from './profile';
import { hash, unit } from './random';

const CATALOGUE: readonly Omit<WireMinerError, 'timestamp'>[] = [
  {
    message: 'Fan 2 does not turn.',
    error_codes: [{ code: 'FAN-0002', reason: 'Fan speed is 0 RPM.', hint: 'Clean the fan or replace it.' }],
    components: [{ name: 'fan', index: 2 }],
  },
  {
    message: 'Hashboard 1 lost contact with 3 chips.',
    error_codes: [
      { code: 'HB-0107', reason: 'Chips do not answer.', hint: 'Check the ribbon cable, then restart the miner.' },
      { code: 'HB-0110', reason: 'Hashboard was switched off.', hint: 'Have the hashboard repaired.' },
    ],
    components: [{ name: 'hashboard', index: 1 }],
  },
  {
    message: 'The power supply is too hot.',
    error_codes: [{ code: 'PSU-0031', reason: 'Temperature is above 80 °C.', hint: 'Lower the power target.' }],
    components: [{ name: 'psu', index: 0 }],
  },
  {
    message: 'No pool answers.',
    error_codes: [{ code: 'POOL-0004', reason: 'Connection timed out.', hint: 'Check the network and the pool URL.' }],
    components: [],
  },
];
const HOUR_MS = 3_600_000;

/** What the miner complains about at `now`: nothing, or one or two errors that began hours ago. */
export function minerErrors(profile: MinerProfile, now: number): WireMinerError[] {
  if (profile.temper !== 'failing') {
    return [];
  }
  const first = hash(profile.seed, 'errors') % CATALOGUE.length;
  const count = unit(profile.seed, 'second error') < 0.3 ? 2 : 1;
  return Array.from({ length: count }, (_, index) => ({
    // The same error for the whole of a day, then anew.
    timestamp: new Date(Math.floor(now / (24 * HOUR_MS)) * 24 * HOUR_MS - (index + 1) * HOUR_MS).toISOString(),
    ...CATALOGUE[(first + index) % CATALOGUE.length],
  }));
}
