import * as vscode from 'vscode';
import { ENVIRONMENTS, type Environment } from '../../service/writeAccess';
import { type Connection, nameProblem } from '../connections/savedConnections';

export function askName(
  title: string,
  value: string,
  others: readonly Pick<Connection, 'name'>[],
): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: 'A name for the connection',
    value,
    ignoreFocusOut: true,
    validateInput: (text) => nameProblem(text, others),
  });
}

/** @returns what was picked, in an object, because no label is an answer too. */
export async function askEnvironment(
  title: string,
  current: Environment | undefined,
): Promise<{ readonly environment: Environment | undefined } | undefined> {
  const details: Readonly<Record<Environment, string>> = {
    development: 'Nobody minds when it is changed',
    staging: 'For trying out',
    production: 'Read-only by default; what cannot be undone asks for its name',
  };
  const mark = (environment: Environment | undefined) => (environment === current ? 'now' : '');
  const items = [
    {
      label: 'No label',
      description: mark(undefined),
      detail: 'It is judged by what it looks like',
      environment: undefined,
    },
    ...ENVIRONMENTS.map((environment) => ({
      label: `${environment.charAt(0).toUpperCase()}${environment.slice(1)}`,
      description: mark(environment),
      detail: details[environment],
      environment,
    })),
  ];
  return vscode.window.showQuickPick(items, { title, placeHolder: 'What this Redis is for', ignoreFocusOut: true });
}
