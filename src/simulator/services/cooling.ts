import type { CoolingMethods } from '../../braiins/proto/wire/cooling';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addCooling(gate: Gate, cooling: CoolingMethods, machine: Machine): void {
  gate.unary(cooling.GetCoolingState, () => machine.cooling());
  gate.unary(cooling.SetImmersionMode, (request) => machine.coolingControl.setImmersion(request));
  gate.unary(cooling.SetCoolingMode, (request) => machine.coolingControl.setMode(request));
}
