import * as vscode from 'vscode';
import type { Environment } from '../../service/writeAccess';
import { plainText } from '../messages';

/** What a person is asked before something that cannot be taken back. */
export interface ConsentQuestion {
  /** Of the box in which a name is typed. */
  readonly title: string;
  /** The question itself, one sentence. */
  readonly message: string;
  /** What comes of it, in sentences. */
  readonly detail: string;
  /** What the button says that does it. */
  readonly button: string;
}

/** What is changed by name, and what it is for. */
export interface ConsentTarget {
  /** As it is typed: the connection's name. */
  readonly name: string;
  readonly environment: Environment | undefined;
}

/** Whether the person means it: with a button, and on production by typing the name. */
export async function askConsent({ name, environment }: ConsentTarget, question: ConsentQuestion): Promise<boolean> {
  const { title, message, detail, button } = question;
  if (environment !== 'production') {
    const options = { modal: true, detail };
    return (await vscode.window.showWarningMessage(plainText(message), options, button)) === button;
  }
  const typed = await vscode.window.showInputBox({
    title,
    prompt: plainText(`${message} ${detail} It is labelled production: type ${name} to go on.`),
    ignoreFocusOut: true,
    validateInput: (text) => (text === name ? undefined : plainText(`Type ${name}`)),
  });
  return typed === name;
}
