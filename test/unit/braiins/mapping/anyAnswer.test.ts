import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMinerConfig } from '../../../../src/braiins/mapping/configuration';
import { toConstraints } from '../../../../src/braiins/mapping/constraints';
import { toCooling, toCoolingMode } from '../../../../src/braiins/mapping/cooling';
import { toChangedDps } from '../../../../src/braiins/mapping/dps';
import { toNetworkConfig, toNetworkInfo } from '../../../../src/braiins/mapping/network';
import { toPerformanceMode, toQuickRamping } from '../../../../src/braiins/mapping/performance';
import { toPoolGroupConfig, toPoolGroups } from '../../../../src/braiins/mapping/pools';
import { toAutoUpgradeStatus, toLicense } from '../../../../src/braiins/mapping/system';
import { toEfficiencyProfile, toTunedProfiles, toTunerStatus } from '../../../../src/braiins/mapping/tuner';
import { anyMessage, leaves } from './wireArbitrary';

/** Each message that is read, and its mapping. */
const MAPPINGS: readonly (readonly [message: string, map: (wire: object) => unknown])[] = [
  ['GetMinerConfigurationResponse', toMinerConfig],
  ['GetConstraintsResponse', toConstraints],
  ['GetPoolGroupsResponse', toPoolGroups],
  ['PoolGroupConfiguration', toPoolGroupConfig],
  ['GetCoolingStateResponse', toCooling],
  ['SetCoolingModeResponse', toCoolingMode],
  ['GetTunerStateResponse', toTunerStatus],
  ['ListTargetProfilesResponse', toTunedProfiles],
  ['GetMinerEfficiencyProfileResponse', toEfficiencyProfile],
  ['PerformanceMode', toPerformanceMode],
  ['QuickRampingResponse', toQuickRamping],
  ['SetDPSResponse', toChangedDps],
  ['NetworkConfiguration', toNetworkConfig],
  ['GetNetworkInfoResponse', toNetworkInfo],
  ['GetLicenseStateResponse', toLicense],
  ['GetAutoUpgradeStatusResponse', toAutoUpgradeStatus],
];

describe('an answer with any subset of fields', () => {
  it.each(MAPPINGS)('%s maps to plain JSON', (message, map) => {
    fc.assert(
      fc.property(anyMessage(`braiins.bos.v1.${message}`), (wire) => {
        const data = map(wire);
        for (const value of leaves(data)) {
          expect(value === null || (typeof value === 'number' && !Number.isFinite(value))).toBe(false);
        }
        const text = JSON.stringify(data ?? null);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        // What was not said is an absent key.
        expect(data === undefined ? [] : leaves(data)).not.toContain(undefined);
      }),
      { numRuns: 100 },
    );
  });

  it.each(MAPPINGS)('%s, empty, says nothing of its own', (_message, map) => {
    const said = leaves(map({}) ?? []).filter((value) => value !== false && value !== 0 && value !== 'unknown');
    expect(said).toEqual([]);
  });
});
