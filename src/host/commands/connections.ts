import * as vscode from 'vscode';
import { CancelledError, describeError, FleetCacheError } from '../../base/errors';
import type { ConnectionReport } from '../../cache/connectionReport';
import { type Connection, type SavedConnection, suggestedName } from '../connections/savedConnections';
import { plural } from '../format';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import { redisServer } from '../secrets';
import { askAddress, askUrl } from './addressQuestions';
import type { CommandParts } from './commandParts';
import { askEnvironment, askName } from './connectionQuestions';
import { type Address, askEditedSecrets } from './secretQuestions';
import { askConsent } from './typedConfirmation';

/** *Add Connection…*: asks by a form or for a URL, tries it, and keeps it in the user's settings. */
export async function addConnection(parts: CommandParts): Promise<void> {
  const { connections, redis, secrets } = parts;
  const title = 'Add Connection';
  const address = await askAddress(title, redis);
  const label = address === undefined ? undefined : await askEnvironment(title, undefined);
  if (address === undefined || label === undefined) {
    return;
  }
  const { all } = connections;
  const name = await askName(title, suggestedName(address.url, all), all);
  if (name === undefined || !(await tryOut(parts, name, address))) {
    return;
  }
  const { url } = address;
  const { active } = connections;
  await keepSecrets(secrets, address);
  await connections.save({ name, url, environment: label.environment, readOnly: undefined });
  await reconnectIfConcerned(parts, active, address);
  const switchTo = 'Switch to It';
  const choice = await vscode.window.showInformationMessage(plainText(`The connection "${name}" was added.`), switchTo);
  if (choice === switchTo) {
    await connections.switchTo(connections.find(name));
  }
}

/** *Edit Connection…*: its URL and its name. One that had no place in the list gets one. */
export async function editConnection(parts: CommandParts, row?: Connection): Promise<void> {
  const { connections, redis, secrets } = parts;
  const { active } = connections;
  const title = 'Edit Connection';
  const connection = await chosen(parts, title, row);
  const typed = connection && (await askUrl(title, connection.url, redis));
  const known = typed && (await askEditedSecrets(parts, title, connection.url, typed));
  if (connection === undefined || typed === undefined || known === undefined) {
    return;
  }
  const address = { url: typed.url, secrets: known };
  const others = connections.all.filter((each) => each.name !== connection.name);
  const suggestion = connection.isDefault ? suggestedName(address.url, others) : connection.name;
  const name = await askName(title, suggestion, others);
  if (name === undefined || !(await tryOut(parts, name, address))) {
    return;
  }
  await keepSecrets(secrets, address);
  const { environment } = connection;
  // What a person allowed of one server is not allowed of another.
  const readOnly = redisServer(address.url) === redisServer(connection.url) ? connection.readOnly : undefined;
  await connections.save({ name, url: address.url, environment, readOnly }, connection.name);
  if (active.name === connection.name) {
    await connections.switchTo(connections.find(name));
  }
  await reconnectIfConcerned(parts, active, address);
  await forgetUnused(parts, connection.url);
}

/** *Test Connection*: says what there is, or exactly what is wrong. */
export async function testConnection(parts: CommandParts, row?: Connection): Promise<void> {
  const connection = await chosen(parts, 'Test Connection', row);
  if (connection !== undefined) {
    const report = await test(parts, connection.name, { url: connection.url, secrets: {} });
    showInformation(describeReport(connection.name, report));
  }
}

/** *Switch Connection…*: for this workspace. */
export async function switchConnection(parts: CommandParts, row?: Connection): Promise<void> {
  const connection = await chosen(parts, 'Switch Connection', row);
  if (connection === undefined) {
    return;
  }
  await parts.connections.switchTo(connection);
  if (parts.session.isDemo) {
    showInformation(`"${connection.name}" is used when the demo fleet is stopped, which has a Redis of its own.`);
  }
}

/** *Remove Connection…*: with its password, if no other connection leads to the same server. */
export async function removeConnection(parts: CommandParts, row?: Connection): Promise<void> {
  const { connections } = parts;
  const connection = await chosen(parts, 'Remove Connection', row);
  if (connection === undefined) {
    return;
  }
  if (connection.isDefault) {
    throw new FleetCacheError(
      `"${connection.name}" is the connection of the setting fleetCache.redis.url, and cannot be removed. Change the setting, or switch to another connection.`,
    );
  }
  const { name, url } = connection;
  const message = `Remove the connection "${name}"?`;
  const detail = 'Nothing is removed from Redis. Its password is forgotten, unless another connection uses it.';
  const isMeant = await askConsent({ name, environment: undefined }, { title: '', message, detail, button: 'Remove' });
  if (!isMeant) {
    return;
  }
  await connections.remove(name);
  await forgetUnused(parts, url);
}

/** The connection of the row, else the one that the person picks. */
export async function chosen(
  { connections }: CommandParts,
  title: string,
  row: Connection | undefined,
): Promise<Connection | undefined> {
  if (row !== undefined) {
    return connections.find(row.name);
  }
  const { active } = connections;
  const items = connections.all.map((connection) => ({
    label: connection.name,
    description: connection.name === active.name ? 'active' : '',
    detail: describeAddress(connection),
    connection,
  }));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'A connection to Redis' });
  return picked?.connection;
}

/** User, host and port, without anything that may be a secret. */
export function describeAddress({ url }: Pick<SavedConnection, 'url'>): string {
  return redisServer(url) ?? 'not a URL';
}

/** @returns whether to go on: it was reached, or the person wants it all the same. */
async function tryOut(parts: CommandParts, name: string, address: Address): Promise<boolean> {
  try {
    await test(parts, name, address);
    return true;
  } catch (error) {
    if (error instanceof CancelledError) {
      throw error;
    }
    const message = `The connection "${name}" does not work. ${describeError(error)}`;
    parts.log.warn(message);
    const anyway = 'Save Anyway';
    return (await vscode.window.showWarningMessage(plainText(message), { modal: true }, anyway)) === anyway;
  }
}

/** By what was just typed, and what is stored besides. */
async function test(parts: CommandParts, name: string, { url, secrets: typed }: Address): Promise<ConnectionReport> {
  const secrets = await parts.secrets.redisSecrets(url, typed);
  return withProgress(`Connecting to "${name}"`, 'servers', (_, signal) =>
    parts.redis.testConnection(url, secrets, signal),
  );
}

function describeReport(name: string, { address, version, keyCount, latencyMs }: ConnectionReport): string {
  const facts = [
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(keyCount === undefined ? [] : [plural(keyCount, 'key')]),
    `${latencyMs.toFixed(1)} ms`,
  ];
  return `"${name}" works: Redis at ${address}, ${facts.join(', ')}.`;
}

async function keepSecrets(secrets: CommandParts['secrets'], { url, secrets: typed }: Address): Promise<void> {
  const server = redisServer(url);
  if (server !== undefined) {
    await secrets.setRedisSecrets(server, typed);
  }
}

/** Of a server that no connection leads to any more. */
async function forgetUnused({ connections, secrets }: CommandParts, url: string): Promise<void> {
  const server = redisServer(url);
  if (server !== undefined && !connections.all.some((each) => redisServer(each.url) === server)) {
    await secrets.forgetRedisSecrets(server);
  }
}

/** A connection that is used and stayed the same is made anew with what is known of its server now. */
async function reconnectIfConcerned(parts: CommandParts, before: Connection, { url, secrets }: Address): Promise<void> {
  const { session } = parts;
  const { active } = parts.connections;
  const isSame = active.name === before.name && active.url === before.url;
  const isConcerned = Object.keys(secrets).length > 0 && redisServer(active.url) === redisServer(url);
  if (isSame && isConcerned && !session.isDemo) {
    await session.restart();
  }
}
