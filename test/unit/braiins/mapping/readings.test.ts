import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHashboards } from '../../../../src/braiins/mapping/hashboards';
import { toApiVersion, toErrorReports, toMinerDetails, toMinerStatus } from '../../../../src/braiins/mapping/miner';
import { modelName } from '../../../../src/braiins/mapping/names';
import { toMinerStats } from '../../../../src/braiins/mapping/work';
import type {
  WireGetErrorsResponse,
  WireGetHashboardsResponse,
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireGetMinerStatusResponse,
} from '../../../../src/braiins/proto/wire/miner';

describe('mapping', () => {
  it('converts units as the names say', () => {
    expect(
      toMinerStats({
        miner_stats: {
          real_hashrate: { last_5s: { gigahash_per_second: 95_500 }, since_restart: { gigahash_per_second: 500 } },
          nominal_hashrate: { gigahash_per_second: 104_000 },
          error_hashrate: { megahash_per_second: 12.5 },
          found_blocks: 2,
          best_share: 5,
          best_share_str: '123456789012345678901234567890',
        },
        pool_stats: {
          accepted_shares: 10,
          rejected_shares: 0,
          last_share_time: { seconds: 1_700_000_000, nanos: 250_000_000 },
          best_share: 7,
        },
        power_stats: { approximated_consumption: { watt: 3250 }, efficiency: { joule_per_terahash: 31.25 } },
      }),
    ).toEqual({
      hashrateThs: { last5s: 95.5, sinceRestart: 0.5 },
      nominalHashrateThs: 104,
      errorHashrateMhs: 12.5,
      foundBlocks: 2,
      bestShare: '123456789012345678901234567890',
      pool: {
        acceptedShares: 10,
        rejectedShares: 0,
        lastShareTime: '2023-11-14T22:13:20.250Z',
        bestShare: '7',
      },
      powerW: 3250,
      efficiencyJPerTh: 31.25,
    });
  });

  it('reads a unit without its number as zero, and an absent unit as unknown', () => {
    expect(toHashboards({ hashboards: [{ id: '1', board_temp: {}, current_voltage: { volt: 12.6 } }] })).toEqual([
      { id: '1', boardTempC: 0, voltageV: 12.6 },
    ]);
  });

  it('leaves unknown what an empty answer does not say', () => {
    expect(toMinerStats({})).toEqual({});
    expect(toMinerStats({ miner_stats: { real_hashrate: {} }, pool_stats: {}, power_stats: {} })).toEqual({});
    expect(toMinerDetails({})).toEqual({});
    expect(toMinerDetails({ miner_identity: {}, bos_version: {}, psu_info: {} })).toEqual({});
    expect(toHashboards({})).toEqual([]);
    expect(toHashboards({ hashboards: [{}] })).toEqual([{}]);
    expect(toErrorReports({ errors: [{}] })).toEqual([{ codes: [], components: [] }]);
    expect(toMinerStatus({})).toEqual({ state: 'unknown' });
    expect(toApiVersion({ major: 1 })).toEqual({ major: 1, minor: 0, patch: 0 });
  });

  it('maps details, with names for people', () => {
    expect(
      toMinerDetails({
        uid: 'u',
        miner_identity: {
          brand: 'MINER_BRAND_ANTMINER',
          model: 'MINER_MODEL_ANTMINER_S19J_PRO',
          name: 'Antminer S19J Pro',
        },
        platform: 'PLATFORM_AM3_BBB',
        control_board_soc_family: 'CONTROL_BOARD_SOC_FAMILY_BBB',
        bos_mode: 'BOS_MODE_NAND',
        bos_version: { current: '2026-05-01-0-abc-26.05-plus', major: '26.05', bos_plus: true },
        hostname: 'rig-7',
        mac_address: '02:00:00:00:00:07',
        system_uptime: 99,
        bosminer_uptime_s: 0,
        sticker_hashrate: { gigahash_per_second: 104_000 },
        status: 'MINER_STATUS_PAUSED',
        psu_info: { version: { value: 113 }, fw_version: {}, min_voltage: { volt: 11.9 }, model_name: 'APW12' },
      }),
    ).toEqual({
      uid: 'u',
      brand: 'Antminer',
      model: 'Antminer S19j Pro',
      name: 'Antminer S19J Pro',
      platform: 'AM3 BeagleBone',
      controlBoardSoc: 'BeagleBone',
      bosMode: 'NAND',
      firmwareVersion: '2026-05-01-0-abc-26.05-plus',
      firmwareMajor: '26.05',
      bosPlus: true,
      hostname: 'rig-7',
      macAddress: '02:00:00:00:00:07',
      systemUptimeS: 99,
      bosminerUptimeS: 0,
      stickerHashrateThs: 104,
      state: 'paused',
      psu: { version: 113, firmwareVersion: 0, minVoltageV: 11.9, modelName: 'APW12' },
    });
  });

  it('knows that the mining software does not run although no zero is sent, unless the field is too new for the miner', () => {
    expect(toMinerDetails({ system_uptime: 99, system_uptime_s: 99 })).toEqual({
      systemUptimeS: 99,
      bosminerUptimeS: 0,
    });
    expect(toMinerDetails({ system_uptime: 99 })).toEqual({ systemUptimeS: 99 });
  });

  it('knows that a hashboard is off although no false is sent, unless the miner says nothing else of it', () => {
    expect(toHashboards({ hashboards: [{ id: '2', chips_count: { value: 120 } }, { id: '3' }] })).toEqual([
      { id: '2', chipsCount: 120, enabled: false },
      { id: '3' },
    ]);
  });

  it.each([
    ['MINER_MODEL_ANTMINER_S9', 'Antminer S9'],
    ['MINER_MODEL_ANTMINER_S17_PLUS', 'Antminer S17+'],
    ['MINER_MODEL_ANTMINER_S17E', 'Antminer S17e'],
    ['MINER_MODEL_ANTMINER_S19A_PRO', 'Antminer S19a Pro'],
    ['MINER_MODEL_ANTMINER_S19XP', 'Antminer S19 XP'],
    ['MINER_MODEL_ANTMINER_S19J_PRO_PLUS', 'Antminer S19j Pro+'],
    ['MINER_MODEL_UNSPECIFIED', undefined],
    [99, undefined],
  ] as const)('names the model %s', (model, name) => {
    expect(modelName(model)).toBe(name);
  });

  it('takes values from newer firmware as unknown', () => {
    expect(toMinerStatus({ status: 17 })).toEqual({ state: 'unknown' });
    expect(toMinerDetails({ status: 17, platform: 99, bos_mode: 99, miner_identity: { brand: 9, model: 99 } })).toEqual(
      {
        state: 'unknown',
      },
    );
  });

  it('drops what is no number and no time, and cuts what no miner says', () => {
    const stats = toMinerStats({
      miner_stats: { nominal_hashrate: { gigahash_per_second: Number.NaN }, best_share_str: 'x'.repeat(1_000_000) },
      pool_stats: { last_share_time: { seconds: 1e15 } },
      power_stats: { efficiency: { joule_per_terahash: Number.POSITIVE_INFINITY } },
    });
    expect(stats).toEqual({ bestShare: 'x'.repeat(4096) });
    expect(toErrorReports({ errors: Array.from({ length: 5000 }, () => ({})) })).toHaveLength(1024);
  });
});

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 64, -1, 0, Number.MAX_VALUE),
);
const string = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
const choice = (name: string) => fc.oneof(fc.constantFrom(name, 'NEVER_HEARD_OF'), fc.nat());
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<unknown> }) =>
  fc.record<Record<string, unknown>, never>(model as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [],
  }) as unknown as fc.Arbitrary<T>;
const rate = some({ gigahash_per_second: number });
const temperature = some({ degree_c: number });
const voltage = some({ volt: number });
const wrapper = some({ value: number });
const work = some({
  real_hashrate: some({ last_5s: rate, last_15s: rate, last_1m: rate, last_24h: rate, since_restart: rate }),
  nominal_hashrate: rate,
  error_hashrate: some({ megahash_per_second: number }),
  found_blocks: number,
  best_share: number,
  best_share_str: string,
});
const stats = some<WireGetMinerStatsResponse>({
  miner_stats: work,
  power_stats: some({
    approximated_consumption: some({ watt: number }),
    efficiency: some({ joule_per_terahash: number }),
  }),
  pool_stats: some({
    accepted_shares: number,
    stale_shares: number,
    last_share_time: some({ seconds: number, nanos: number }),
    best_share: number,
    best_share_str: string,
  }),
});
const details = some<WireGetMinerDetailsResponse>({
  uid: string,
  miner_identity: some({
    brand: choice('MINER_BRAND_ANTMINER'),
    model: choice('MINER_MODEL_ANTMINER_S9'),
    name: string,
  }),
  platform: choice('PLATFORM_AM1_S9'),
  bos_mode: choice('BOS_MODE_SD'),
  bos_version: some({ current: string, major: string, bos_plus: fc.boolean() }),
  hostname: string,
  mac_address: string,
  system_uptime: number,
  sticker_hashrate: rate,
  bosminer_uptime_s: number,
  system_uptime_s: number,
  status: choice('MINER_STATUS_NORMAL'),
  kernel_version: string,
  psu_info: some({ version: wrapper, fw_version: wrapper, serial_number: string, min_voltage: voltage }),
  control_board_soc_family: choice('CONTROL_BOARD_SOC_FAMILY_AML'),
  serial_number: string,
});
const hashboards = some<WireGetHashboardsResponse>({
  hashboards: fc.array(
    some({
      id: string,
      enabled: fc.boolean(),
      chips_count: wrapper,
      current_voltage: voltage,
      current_frequency: some({ hertz: number }),
      highest_chip_temp: some({ id: number, temperature }),
      board_temp: temperature,
      stats: work,
      lowest_inlet_temp: temperature,
      highest_outlet_temp: temperature,
      lowest_water_inlet_temp: temperature,
    }),
  ),
});
const errors = some<WireGetErrorsResponse>({
  errors: fc.array(
    some({
      timestamp: string,
      message: string,
      error_codes: fc.array(some({ code: string, reason: string, hint: string })),
      components: fc.array(some({ name: string, index: number })),
    }),
  ),
});
const status = some<WireGetMinerStatusResponse>({ status: choice('MINER_STATUS_NORMAL') });

/** All values that are not objects. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

function expectPlain(data: unknown, wire: unknown): void {
  const values = leaves(data);
  for (const value of values) {
    expect(value).not.toBeUndefined();
    expect(value).not.toBeNull();
    if (typeof value === 'number') {
      expect(Number.isFinite(value)).toBe(true);
    }
  }
  expect(JSON.stringify(JSON.parse(JSON.stringify(data)))).toBe(JSON.stringify(data));
  // A field that was not sent cannot have been read: there is never more to tell than the miner told.
  expect(values.length).toBeLessThanOrEqual(told(wire));
}

/** How many fields the miner sent: scalars, units that stand for zero, and what a later field tells of an absent one. */
function told(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return 1;
  }
  if ('system_uptime_s' in value && !('bosminer_uptime_s' in value)) {
    return told({ ...value, bosminer_uptime_s: 0 });
  }
  if ('chips_count' in value && !('enabled' in value)) {
    return told({ ...value, enabled: false });
  }
  const inner = Object.values(value).reduce((sum: number, part) => sum + told(part), 0);
  return Object.keys(value).length === 0 ? 1 : inner;
}

describe('any subset of fields', () => {
  it.each([
    ['stats', stats, toMinerStats],
    ['details', details, toMinerDetails],
    ['hashboards', hashboards, toHashboards],
    ['errors', errors, toErrorReports],
    ['status', status, toMinerStatus],
  ] as const)('maps to plain JSON without inventions: %s', (_kind, arbitrary, map) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<object>, (wire) =>
        expectPlain((map as (w: object) => unknown)(wire), wire),
      ),
      { numRuns: 300 },
    );
  });

  it('knows a number only if the miner sent one for it', () => {
    fc.assert(
      fc.property(stats, (wire) => {
        const mapped = toMinerStats(wire);
        expect('powerW' in mapped).toBe(
          wire.power_stats?.approximated_consumption !== undefined &&
            Number.isFinite(wire.power_stats.approximated_consumption.watt ?? 0),
        );
        expect(mapped.pool?.acceptedShares !== undefined).toBe(Number.isFinite(wire.pool_stats?.accepted_shares));
      }),
    );
  });
});
