import * as vscode from 'vscode';
import { plainText, showInformation } from '../messages';
import type { QuestionDialog } from './personAsker';

const REFUSE = 'Refuse';

/** Asks in the middle of the window. */
export const questionDialog: QuestionDialog = {
  async ask({ title, detail, agreement }) {
    // What Enter chooses comes first, and that must not be the agreement.
    const options = { modal: true, detail };
    const choice = await vscode.window.showWarningMessage(plainText(title), options, REFUSE, agreement);
    return choice === agreement;
  },
  tellTooLate() {
    showInformation('The agent does not wait for it any more. Nothing was done.');
  },
};
