import type { ActionsMethods } from '../../braiins/proto/wire/actions';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addActions(gate: Gate, actions: ActionsMethods, machine: Machine): void {
  const { lifecycle } = machine;
  gate.unary(actions.Start, () => lifecycle.start());
  gate.unary(actions.Stop, () => lifecycle.stop());
  gate.unary(actions.PauseMining, () => lifecycle.pause());
  gate.unary(actions.ResumeMining, () => lifecycle.resume());
  gate.unary(actions.Restart, () => lifecycle.restart());
  gate.unary(actions.Reboot, () => {
    lifecycle.reboot();
    return {};
  });
  gate.unary(actions.FactoryReset, () => {
    machine.factoryReset();
    return {};
  });
  gate.unary(actions.SetLocateDeviceStatus, (request) => lifecycle.locate(request));
  gate.unary(actions.GetLocateDeviceStatus, () => lifecycle.isLocating());
}
