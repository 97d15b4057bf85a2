import * as vscode from 'vscode';

/**
 * Text for a notification. VS Code makes links of `[text](command:…)` in any message, and our messages contain names from
 * files and what servers say: a space without width keeps those from becoming buttons.
 */
export function plainText(text: string): string {
  return text.replaceAll('](', ']\u200b(');
}

export function showInformation(message: string): void {
  void vscode.window.showInformationMessage(plainText(message));
}

const SHOW_LOG = 'Show Log';

/** Shows a warning or an error with a button that opens the log. */
export async function showWithLog(
  severity: 'warning' | 'error',
  message: string,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const text = plainText(message);
  const choice = await (severity === 'error'
    ? vscode.window.showErrorMessage(text, SHOW_LOG)
    : vscode.window.showWarningMessage(text, SHOW_LOG));
  if (choice === SHOW_LOG) {
    log.show();
  }
}
