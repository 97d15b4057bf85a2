import type { MethodDefinition } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import type { MinerState } from '../../fleet/minerData';
import { FAULT_KINDS, type FaultKind } from '../faults';

export const CONTROL_SERVICE = 'fleetcache.simulator.SimulatorControl';

export interface WireMinerSelection {
  miner_ids?: readonly string[];
  percent?: number;
}

export interface WireSelectedMiners {
  miner_ids?: readonly string[];
}

export interface WireSelectionRequest {
  selection?: WireMinerSelection;
}

export interface WireSetFaultRequest extends WireSelectionRequest {
  kind?: string | number;
  duration_ms?: number;
}

export interface WireSetStateRequest extends WireSelectionRequest {
  state?: string | number;
}

export interface WireMethodCalls {
  method?: string;
  calls?: number;
}

export interface WireCallCounts {
  methods?: readonly WireMethodCalls[];
}

/** The calls of the control service, with all that it takes to make or to answer them. */
export type ControlMethods = {
  readonly SetFault: MethodDefinition<WireSetFaultRequest, WireSelectedMiners>;
  readonly ClearFault: MethodDefinition<WireSelectionRequest, WireSelectedMiners>;
  readonly SetState: MethodDefinition<WireSetStateRequest, WireSelectedMiners>;
  readonly ExpireTokens: MethodDefinition<WireSelectionRequest, WireSelectedMiners>;
  readonly GetCallCounts: MethodDefinition<WireSelectionRequest, WireCallCounts>;
};

/** @param definition of everything below proto/ */
export function controlMethods(definition: PackageDefinition): ControlMethods {
  const service = definition[CONTROL_SERVICE];
  if (service === undefined) {
    throw new Error(`The compiled protocol definitions lack the service ${CONTROL_SERVICE}.`);
  }
  return service as unknown as ControlMethods;
}

/** The kind by its name on the wire. */
export const WIRE_FAULT_KINDS: ReadonlyMap<string, FaultKind> = new Map(
  FAULT_KINDS.map((kind) => [`FAULT_KIND_${kind.toUpperCase()}`, kind]),
);

/** The state by its name on the wire; `undefined`: back to the miner's own ways. */
export const WIRE_STATES: ReadonlyMap<string, Exclude<MinerState, 'unknown'> | undefined> = new Map([
  ['SIMULATED_STATE_UNSPECIFIED', undefined],
  ['SIMULATED_STATE_NOT_STARTED', 'not-started'],
  ['SIMULATED_STATE_NORMAL', 'normal'],
  ['SIMULATED_STATE_PAUSED', 'paused'],
  ['SIMULATED_STATE_SUSPENDED', 'suspended'],
  ['SIMULATED_STATE_RESTRICTED', 'restricted'],
]);
