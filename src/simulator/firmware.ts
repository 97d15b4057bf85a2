import type { WireApiVersion } from '../braiins/proto/wire/version';

/** A version of the miners' API. */
export type FirmwareApi = Required<Pick<WireApiVersion, 'major' | 'minor' | 'patch'>>;

/** One release of the firmware. What it does not know yet stands in `apiHistory.ts`. */
export interface Firmware {
  /** Release line, such as `26.05`. */
  readonly major: string;
  readonly current: string;
  readonly kernel: string;
  readonly api: FirmwareApi;
}

/** What most miners run: the release that our definitions of the API are of. */
export const CURRENT_FIRMWARE: Firmware = release('26.05', '2026-05-19', '5c1f7a90', '5.15.171', 11);

/** One release newer than our definitions. */
export const NEWEST_FIRMWARE: Firmware = release('26.06', '2026-06-23', '1be09d47', '5.15.171', 12);

/** Oldest first, one release for each version of the API. */
export const OLDER_FIRMWARE: readonly [Firmware, ...Firmware[]] = [
  release('24.03', '2024-03-26', '9d0b7f1e', '4.19.126', 0),
  release('24.06', '2024-06-18', '40c8a2d5', '4.19.126', 1),
  release('24.08', '2024-08-27', 'f27e6b13', '4.19.126', 2),
  release('24.10', '2024-10-22', '8a95d0ce', '4.19.126', 3),
  release('24.12', '2024-12-10', '3360fe97', '4.19.126', 4),
  release('25.01', '2025-01-28', 'c41d5b28', '5.4.238', 5),
  release('25.03', '2025-03-25', '7be2490a', '5.4.238', 6),
  release('25.05', '2025-05-22', 'e2a4c6d8', '5.4.238', 7),
  release('25.07', '2025-07-29', '09f3b7ac', '5.4.238', 8),
  release('25.10', '2025-10-14', 'd86a1e35', '5.15.171', 9),
  release('26.01', '2026-01-27', '62c7f084', '5.15.171', 10),
];

function release(major: string, date: string, commit: string, kernel: string, minor: number): Firmware {
  return { major, current: `${date}-0-${commit}-${major}-plus`, kernel, api: { major: 1, minor, patch: 0 } };
}
