import type { PerformanceMethods } from '../../braiins/proto/wire/performance';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addPerformance(gate: Gate, performance: PerformanceMethods, machine: Machine): void {
  const { targets, modes, tuning, scaling } = machine;
  gate.unary(performance.GetTunerState, () => tuning.state(machine.now));
  gate.unary(performance.ListTargetProfiles, () => tuning.list(machine.now));
  gate.unary(performance.GetMinerEfficiencyProfile, () => tuning.efficiency(machine.now));
  gate.unary(performance.SetDefaultPowerTarget, (request) => targets.setDefaultPower(request));
  gate.unary(performance.SetPowerTarget, (request) => targets.setPower(request));
  gate.unary(performance.IncrementPowerTarget, (request) => targets.incrementPower(request));
  gate.unary(performance.DecrementPowerTarget, (request) => targets.decrementPower(request));
  gate.unary(performance.SetRelativePowerTarget, (request) => targets.setRelativePower(request));
  gate.unary(performance.SetDefaultHashrateTarget, (request) => targets.setDefaultHashrate(request));
  gate.unary(performance.SetHashrateTarget, (request) => targets.setHashrate(request));
  gate.unary(performance.IncrementHashrateTarget, (request) => targets.incrementHashrate(request));
  gate.unary(performance.DecrementHashrateTarget, (request) => targets.decrementHashrate(request));
  gate.unary(performance.SetRelativeHashrateTarget, (request) => targets.setRelativeHashrate(request));
  gate.unary(performance.SetDPS, (request) => scaling.set(request));
  gate.unary(performance.SetPerformanceMode, (request) => modes.set(request));
  gate.unary(performance.GetActivePerformanceMode, () => modes.get());
  gate.unary(performance.RemoveTunedProfiles, () => {
    tuning.forget(machine.now);
    return {};
  });
  gate.unary(performance.SetQuickRamping, (request) => modes.setRamping(request));
  gate.unary(performance.SetDefaultQuickRamping, (request) => modes.setDefaultRamping(request));
}
