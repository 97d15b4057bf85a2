import type { AdvancedSettingsMethods } from '../../braiins/proto/wire/advancedSettings';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addAdvancedSettings(gate: Gate, methods: AdvancedSettingsMethods, machine: Machine): void {
  const { advancedSettings } = machine;
  gate.unary(methods.GetSettingsSchema, () => advancedSettings.schema());
  gate.unary(methods.GetSettings, (request) => advancedSettings.get(request));
  gate.unary(methods.SetSettings, (request) => advancedSettings.change(request));
  gate.unary(methods.ResetAllSettings, () => advancedSettings.reset());
}
