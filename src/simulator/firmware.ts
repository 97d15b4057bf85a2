import type { WireApiVersion } from '../braiins/proto/wire/version';

/** One release of the firmware, and what it does not know yet. */
export interface Firmware {
  /** Release line, such as `26.05`. */
  readonly major: string;
  readonly current: string;
  readonly kernel: string;
  readonly api: Required<Pick<WireApiVersion, 'major' | 'minor' | 'patch'>>;
  /** Sends the power supply, serial numbers, the control board's processor, and models and best shares as text. */
  readonly sendsHardwareDetails: boolean;
  /** Sends each hashboard's name, chip type and water temperatures. */
  readonly sendsBoardDetails: boolean;
}

export const CURRENT_FIRMWARE: Firmware = {
  major: '26.05',
  current: '2026-05-19-0-5c1f7a90-26.05-plus',
  kernel: '5.15.171',
  api: { major: 1, minor: 11, patch: 0 },
  sendsHardwareDetails: true,
  sendsBoardDetails: true,
};

export const OLDER_FIRMWARE: readonly [Firmware, ...Firmware[]] = [
  {
    major: '24.03',
    current: '2024-03-26-0-9d0b7f1e-24.03-plus',
    kernel: '4.19.126',
    api: { major: 1, minor: 0, patch: 0 },
    sendsHardwareDetails: false,
    sendsBoardDetails: false,
  },
  {
    major: '25.05',
    current: '2025-05-22-0-e2a4c6d8-25.05-plus',
    kernel: '5.4.238',
    api: { major: 1, minor: 7, patch: 0 },
    sendsHardwareDetails: true,
    sendsBoardDetails: false,
  },
];
