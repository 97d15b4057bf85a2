import * as vscode from 'vscode';
import type { SecretNeeds } from '../../base/connectionSecrets';
import { FleetCacheError } from '../../base/errors';
import { DEFAULT_CREDENTIALS } from '../../fleet/credentials';
import { redisServer } from '../secrets';
import type { CommandParts } from './commandParts';
import { askSecrets } from './secretQuestions';

/** What *Set Redis Password…* can set, where there is more than the password. */
const SECRETS: readonly (vscode.QuickPickItem & { readonly need: keyof SecretNeeds })[] = [
  { label: 'Password', detail: 'Of Redis itself', need: 'password' },
  {
    label: 'Login of the Sentinels',
    detail: 'User and password by which they are asked for the master',
    need: 'sentinelLogin',
  },
  { label: 'Passphrase of the key', detail: 'Of the client certificate’s private key', need: 'keyPassphrase' },
];

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

/** *Set Redis Password…*: keeps a secret of the active connection in VS Code's secret storage, and connects again. */
export async function setRedisPassword({ session, secrets, connections, redis }: CommandParts): Promise<void> {
  const { name, url } = connections.active;
  const server = redisServer(url);
  if (server === undefined) {
    throw new FleetCacheError(
      `The connection "${name}" has no URL that can be used. Edit it first, without a password.`,
    );
  }
  const title = 'Set Redis Password';
  const needs = await redis.redisSecretNeeds(url);
  const items = SECRETS.filter(({ need }) => needs[need]);
  const item =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title, placeHolder: `What is to be known of ${server}` });
  const none = { password: false, sentinelLogin: false, keyPassphrase: false };
  const typed = item && (await askSecrets(title, { ...none, [item.need]: true }, 'to forget what is stored', server));
  if (typed === undefined) {
    return;
  }
  await secrets.setRedisSecrets(server, typed);
  await session.restart();
}
