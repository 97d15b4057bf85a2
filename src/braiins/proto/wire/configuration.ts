import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireCoolingConfiguration, WireCoolingConstraints } from './cooling';
import type { WireDPSConfiguration, WireDPSConstraints } from './dps';
import type { WireHashboardConstraints, WireHashboardPerformanceConfiguration } from './performance';
import type { WirePoolGroupConfiguration } from './pool';
import type { WireTunerConfiguration, WireTunerConstraints } from './tuner';
import type { WireEmpty } from './units';

export interface WireGetMinerConfigurationResponse {
  pool_groups?: readonly WirePoolGroupConfiguration[];
  temperature?: WireCoolingConfiguration;
  tuner?: WireTunerConfiguration;
  dps?: WireDPSConfiguration;
  hashboard_config?: WireHashboardPerformanceConfiguration;
}

export interface WireGetConstraintsResponse {
  tuner_constraints?: WireTunerConstraints;
  cooling_constraints?: WireCoolingConstraints;
  dps_constraints?: WireDPSConstraints;
  hashboards_constraints?: WireHashboardConstraints;
}

export type ConfigurationMethods = {
  readonly GetMinerConfiguration: MethodDefinition<WireEmpty, WireGetMinerConfigurationResponse>;
  readonly GetConstraints: MethodDefinition<WireEmpty, WireGetConstraintsResponse>;
};
