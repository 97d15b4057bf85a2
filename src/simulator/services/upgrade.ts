import type { UpgradeMethods } from '../../braiins/proto/wire/upgrade';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addUpgrade(gate: Gate, upgrade: UpgradeMethods, machine: Machine): void {
  const { autoUpgrade } = machine;
  gate.unary(upgrade.UpdateAutoUpgradeConfig, (request) => autoUpgrade.update(request, machine.now));
  gate.unary(upgrade.GetAutoUpgradeStatus, () => autoUpgrade.status(machine.now));
  gate.unary(upgrade.SystemUpgrade, (request) => machine.upgrade(request));
  gate.unary(upgrade.RestoreStock, () => machine.restoreStock());
}
