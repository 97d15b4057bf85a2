import type { LicenseMethods } from '../../braiins/proto/wire/license';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addLicense(gate: Gate, license: LicenseMethods, machine: Machine): void {
  gate.unary(license.GetLicenseState, () => machine.license.state(machine.now));
  gate.unary(license.ApplyContractKey, (request) => machine.applyContractKey(request));
}
