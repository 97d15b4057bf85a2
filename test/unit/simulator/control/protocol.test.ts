import type { AnyNestedObject, IEnum, INamespace, IService, IType } from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../../../../scripts/protoDescriptor.js';
import { loadPackageDefinition } from '../../../../src/braiins/proto/packageDefinition';
import { controlMethods, WIRE_FAULT_KINDS, WIRE_STATES } from '../../../../src/simulator/control/protocol';

let definitions: Readonly<Record<string, AnyNestedObject>>;

beforeAll(async () => {
  const root = await compileProtos();
  const pack = (root.nested?.fleetcache as INamespace | undefined)?.nested?.simulator as INamespace | undefined;
  definitions = pack?.nested ?? {};
});

describe('the control protocol', () => {
  it('has a name for every fault, and for nothing else', () => {
    const names = Object.keys((definitions.FaultKind as IEnum).values);

    expect(names.slice(1)).toEqual([...WIRE_FAULT_KINDS.keys()]);
    expect(names[0]).toBe('FAULT_KIND_UNSPECIFIED');
  });

  it('has a name for every state', () => {
    expect(Object.keys((definitions.SimulatedState as IEnum).values)).toEqual([...WIRE_STATES.keys()]);
  });

  it('carries what the requests and answers of its types have', async () => {
    const methods = controlMethods(await loadPackageDefinition());
    const selection = { miner_ids: ['north-0001'], percent: 2.5 };
    const request = { selection, kind: 'FAULT_KIND_SLOW', duration_ms: 300 };

    expect(methods.SetFault.requestDeserialize(methods.SetFault.requestSerialize(request))).toMatchObject(request);
    expect(Object.keys((definitions.SetFaultRequest as IType).fields)).toEqual(Object.keys(request));
    const state = { selection, state: 'SIMULATED_STATE_PAUSED' };
    expect(methods.SetState.requestDeserialize(methods.SetState.requestSerialize(state))).toMatchObject(state);
    expect(Object.keys((definitions.SetStateRequest as IType).fields)).toEqual(Object.keys(state));
    const counts = { methods: [{ method: 'GetMinerStats', calls: 3 }] };
    expect(methods.GetCallCounts.responseDeserialize(methods.GetCallCounts.responseSerialize(counts))).toEqual(counts);
  });

  it('has a type for each of its methods', () => {
    expect(Object.keys((definitions.SimulatorControl as IService).methods)).toEqual([
      'SetFault',
      'ClearFault',
      'SetState',
      'ExpireTokens',
      'GetCallCounts',
    ]);
  });
});
