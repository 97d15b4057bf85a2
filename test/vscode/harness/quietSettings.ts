/** User settings that keep VS Code from asking, suggesting and looking things up, so that only the extension acts. */
export const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'json.schemaDownload.enable': false,
  'npm.fetchOnlinePackageInfo': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  // What was left just before gives the focus back late, to something else than the list or box that came meanwhile.
  'workbench.quickOpen.closeOnFocusLost': false,
};
