import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import { DEFAULT_CREDENTIALS } from '../../fleet/credentials';
import { redisServer } from '../secrets';
import type { CommandParts } from './commandParts';

/** *Set Miner Login…*: keeps the login of one credentials name in VS Code's secret storage. */
export async function setMinerLogin({ session, secrets }: CommandParts): Promise<void> {
  const used = session.services?.inventory.current.miners.map(({ credentials }) => credentials) ?? [];
  const names = [...new Set([DEFAULT_CREDENTIALS, ...used])];
  const title = 'Set Miner Login';
  const name =
    names.length === 1
      ? names[0]
      : await vscode.window.showQuickPick(names, { title, placeHolder: 'The credentials name, as in fleet.json' });
  if (name === undefined) {
    return;
  }
  const username = await vscode.window.showInputBox({
    title,
    prompt: `User name of "${name}" miners`,
    value: 'root',
    ignoreFocusOut: true,
  });
  if (username === undefined) {
    return;
  }
  const password = await vscode.window.showInputBox({
    title,
    prompt: `Password of ${username}`,
    password: true,
    ignoreFocusOut: true,
  });
  if (password === undefined) {
    return;
  }
  await secrets.setMinerLogin(name, { username, password });
  const services = session.services;
  const concerned = services?.inventory.current.miners.filter(({ credentials }) => credentials === name) ?? [];
  await services?.monitor.refresh(concerned, { background: true });
}

/** *Set Redis Password…*: keeps the password of the active connection in VS Code's secret storage, and connects again. */
export async function setRedisPassword({ session, secrets, connections }: CommandParts): Promise<void> {
  const { name, url } = connections.active;
  const server = redisServer(url);
  if (server === undefined) {
    throw new FleetCacheError(
      `The connection "${name}" has no URL that can be used. Edit it first, without a password.`,
    );
  }
  const password = await vscode.window.showInputBox({
    title: 'Set Redis Password',
    prompt: `Password for ${server}; empty to forget it`,
    password: true,
    ignoreFocusOut: true,
  });
  if (password === undefined) {
    return;
  }
  await secrets.setRedisSecrets(server, { password });
  await session.restart();
}
