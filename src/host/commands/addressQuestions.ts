import * as vscode from 'vscode';
import { splitPassword } from '../connections/savedConnections';
import type { CommandParts } from './commandParts';
import { type Address, askSecrets } from './secretQuestions';
import { askEncryption } from './tlsQuestions';

type RedisParts = CommandParts['redis'];

const KINDS = [
  {
    label: 'Standalone server',
    detail: 'One server, or the address of a managed Redis',
    scheme: '',
    hosts: '127.0.0.1:6379',
  },
  {
    label: 'Sentinel',
    detail: 'Sentinels tell which server is the master',
    scheme: '+sentinel',
    hosts: 'host1:26379,host2:26379',
  },
  { label: 'Cluster', detail: 'Several masters share the keys', scheme: '+cluster', hosts: 'host1:7000,host2:7000' },
] as const;
type Kind = (typeof KINDS)[number];
const BY_URL = { label: 'Type a URL', detail: 'redis://, rediss://, redis+sentinel://, redis+cluster:// or unix://' };
const SOCKET = { label: 'Unix socket', detail: 'A server on this machine' };

/** Asks where a Redis is, by a form or by its URL, and how to log in. `undefined` when the person leaves. */
export async function askAddress(title: string, redis: RedisParts): Promise<Address | undefined> {
  const placeHolder = 'How the Redis is reached';
  const kind = await vscode.window.showQuickPick([BY_URL, ...KINDS, SOCKET], {
    title,
    placeHolder,
    ignoreFocusOut: true,
  });
  if (kind === undefined) {
    return undefined;
  }
  if (kind === BY_URL) {
    const address = await askUrl(title, 'redis://', redis);
    // Who types a URL types the password there.
    return address && askWhatItNeeds(title, address, redis, false);
  }
  const url = 'hosts' in kind ? await askServers(title, kind, redis) : await askSocket(title, redis);
  const user = url === undefined || url.startsWith('unix:') ? '' : await askUser(title);
  if (url === undefined || user === undefined) {
    return undefined;
  }
  const login = user === '' ? '' : `${encodeURIComponent(user)}@`;
  return askWhatItNeeds(title, { url: url.replace('://', `://${login}`), secrets: {} }, redis, true);
}

/** A password in it is taken out. */
export async function askUrl(title: string, value: string, redis: RedisParts): Promise<Address | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: 'The URL. A password in it is taken out, and kept in VS Code’s secret storage.',
    value,
    ignoreFocusOut: true,
    validateInput: (text) => redis.redisUrlProblem(splitPassword(text.trim()).url),
  });
  if (typed === undefined) {
    return undefined;
  }
  const { url, password } = splitPassword(typed.trim());
  return { url, secrets: password === undefined ? {} : { password } };
}

/** What is left empty stays as another connection to the same server has it. */
async function askWhatItNeeds(
  title: string,
  { url, secrets }: Address,
  redis: RedisParts,
  isPasswordAsked: boolean,
): Promise<Address | undefined> {
  const needs = await redis.redisSecretNeeds(url);
  const typed = await askSecrets(title, { ...needs, password: isPasswordAsked }, 'for none');
  const given = Object.entries(typed ?? {}).filter(([, text]) => text !== '');
  return typed && { url, secrets: { ...Object.fromEntries(given), ...secrets } };
}

async function askServers(title: string, kind: Kind, redis: RedisParts): Promise<string | undefined> {
  const check = redis.redisUrlProblem;
  const anyPath = kind.scheme === '+sentinel' ? '/master' : '';
  const hosts = await vscode.window.showInputBox({
    title,
    prompt: kind.scheme === '' ? 'Host and port' : 'Some of the servers, with their ports, separated by commas',
    value: kind.scheme === '' ? kind.hosts : '',
    placeHolder: kind.hosts,
    ignoreFocusOut: true,
    validateInput: (text) => check(`redis${kind.scheme}://${text.trim()}${anyPath}`),
  });
  const path = hosts === undefined ? undefined : await askPath(title, kind);
  const map = path === undefined ? undefined : await askNatMap(title, kind, `://${hosts?.trim()}${anyPath}`, redis);
  const encryption = map && (await askEncryption(title, check));
  if (hosts === undefined || path === undefined || map === undefined || encryption === undefined) {
    return undefined;
  }
  const parameters = [...encryption.parameters, ...map].join('&');
  const query = parameters === '' ? '' : `?${parameters}`;
  return `${encryption.scheme}${kind.scheme}://${hosts.trim()}${path}${query}`;
}

/** What follows the hosts: the name of the master, or the database. */
async function askPath(title: string, { scheme }: Kind): Promise<string | undefined> {
  if (scheme === '+cluster') {
    return '';
  }
  if (scheme === '+sentinel') {
    const master = await vscode.window.showInputBox({
      title,
      prompt: 'The name of the master that the sentinels watch',
      value: 'mymaster',
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? 'Write a name.' : undefined),
    });
    return master === undefined ? undefined : `/${encodeURIComponent(master.trim())}`;
  }
  const database = await vscode.window.showInputBox({
    title,
    prompt: 'The number of the database',
    value: '0',
    ignoreFocusOut: true,
    validateInput: (text) => (/^\d{1,5}$/.test(text.trim()) ? undefined : 'Write a number, such as 0.'),
  });
  return database === undefined ? undefined : database.trim() === '0' ? '' : `/${database.trim()}`;
}

/** @returns the parameter of the URL, if any. */
async function askNatMap(
  title: string,
  { scheme }: Kind,
  place: string,
  redis: RedisParts,
): Promise<readonly string[] | undefined> {
  if (scheme === '') {
    return [];
  }
  // Who has read of the parameter may write its name as well.
  const parameter = (text: string) => `natMap=${text.replaceAll(/\s/g, '').replace(/^natMap=/, '')}`;
  const map = await vscode.window.showInputBox({
    title,
    prompt:
      'Behind NAT or forwarded ports: the addresses that the servers tell of each other, and those that lead to them from here. Leave it empty if they are the same.',
    placeHolder: '10.0.0.1:7000=host:17000,10.0.0.2:7000=host:17001',
    ignoreFocusOut: true,
    validateInput: (text) =>
      text.trim() === '' ? undefined : redis.redisUrlProblem(`redis${scheme}${place}?${parameter(text)}`),
  });
  return map === undefined ? undefined : map.trim() === '' ? [] : [parameter(map)];
}

async function askSocket(title: string, redis: RedisParts): Promise<string | undefined> {
  const urlOf = (path: string) => `unix://${encodeURI(path.trim())}`;
  const path = await vscode.window.showInputBox({
    title,
    prompt: 'Absolute path of the socket',
    placeHolder: '/run/redis/redis.sock',
    ignoreFocusOut: true,
    validateInput: (text) =>
      text.trim().startsWith('/') ? redis.redisUrlProblem(urlOf(text)) : 'Write an absolute path.',
  });
  return path === undefined ? undefined : urlOf(path);
}

async function askUser(title: string): Promise<string | undefined> {
  const user = await vscode.window.showInputBox({
    title,
    prompt: 'The ACL user; leave it empty for the default user',
    ignoreFocusOut: true,
  });
  return user?.trim();
}
