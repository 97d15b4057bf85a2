import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import { readWarmingSchedule } from '../configuration';
import { formatDuration } from '../format';
import { SETTINGS, SETTINGS_SECTION } from '../ids';
import { showInformation } from '../messages';

/** *Toggle Periodic Warming*: turns the setting over, for this workspace where there is one. */
export async function togglePeriodicWarming(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  const target =
    vscode.workspace.workspaceFolders === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  const isOn = settings.get(SETTINGS.warmingEnabled) === true;
  await settings.update(SETTINGS.warmingEnabled, !isOn, target);
  if (isOn) {
    showInformation('Periodic warming is off.');
    return;
  }
  const schedule = readWarmingSchedule();
  if (schedule === undefined) {
    const name = `${SETTINGS_SECTION}.${SETTINGS.warmingDatasets}`;
    throw new FleetCacheError(`There is nothing to warm: ${name} names no dataset. Add one, such as "status".`);
  }
  const every = formatDuration(schedule.intervalS * 1_000);
  showInformation(
    `Periodic warming is on: ${schedule.kinds.join(', ')} every ${every}, by one of the windows and servers on this Redis.`,
  );
}
