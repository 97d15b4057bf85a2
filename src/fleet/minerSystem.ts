/** The licence that a miner's firmware runs under. */
export interface MinerLicense {
  readonly state: 'none' | 'limited' | 'valid' | 'expired' | 'unknown';
  readonly type?: 'standard' | 'custom';
  readonly contractName?: string;
  /** Seconds until features are restricted. */
  readonly timeToRestrictedS?: number;
  readonly devFeePercent?: number;
}

export type DayOfWeek = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** Time of the day on the miner. */
export interface TimeOfDay {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds?: number;
}

/** When a miner upgrades itself. What is absent is the miner's choice. */
export type UpgradeSchedule =
  | { readonly type: 'daily'; readonly time?: TimeOfDay }
  | { readonly type: 'weekly'; readonly day?: DayOfWeek; readonly time?: TimeOfDay }
  | { readonly type: 'monthly'; readonly dayOfMonth?: number; readonly time?: TimeOfDay };

export interface AutoUpgradeStatus {
  readonly enabled: boolean;
  readonly schedule?: UpgradeSchedule;
  /** ISO 8601. */
  readonly nextExecution?: string;
  /** ISO 8601. */
  readonly lastExecution?: string;
}

/** A JSON value as settings have it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Which log of a miner. */
export type LogType = 'errors' | 'bosminer' | 'boser' | 'monitor' | 'syslog' | 'dmesg';

export type SupportArchiveFormat = 'zip' | 'bos' | 'encrypted-zip';
