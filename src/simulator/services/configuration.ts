import type { ConfigurationMethods } from '../../braiins/proto/wire/configuration';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addConfiguration(gate: Gate, configuration: ConfigurationMethods, machine: Machine): void {
  gate.unary(configuration.GetMinerConfiguration, () => machine.configuration());
  gate.unary(configuration.GetConstraints, () => machine.constraints());
}
