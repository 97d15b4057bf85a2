import * as vscode from 'vscode';
import { ENVIRONMENTS, type Environment } from '../../service/writeAccess';
import type { Connection } from '../connections/savedConnections';
import { nameProblem, splitPassword } from '../connections/savedConnections';
import type { CommandParts } from './commandParts';

/** What a person said about where a Redis is. */
export interface Address {
  /** Without a password. */
  readonly url: string;
  readonly password: string | undefined;
}

type UrlCheck = CommandParts['redis']['redisUrlProblem'];

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
const BY_URL = { label: 'Type a URL', detail: 'redis://, rediss://, redis+sentinel://, redis+cluster:// or unix://' };
const SOCKET = { label: 'Unix socket', detail: 'A server on this machine' };
const TLS = ['No TLS', 'TLS, verified by the system’s authorities', 'TLS, verified by an authority’s file…'] as const;

/** Asks where a Redis is, by a form or by its URL. `undefined` when the person leaves. */
export async function askAddress(title: string, check: UrlCheck): Promise<Address | undefined> {
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
    return askUrl(title, 'redis://', check);
  }
  const url = 'hosts' in kind ? await askServers(title, kind, check) : await askSocket(title, check);
  return url === undefined ? undefined : askLogin(title, url);
}

/** A password in it is taken out. */
export async function askUrl(title: string, value: string, check: UrlCheck): Promise<Address | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: 'The URL. A password in it is taken out, and kept in VS Code’s secret storage.',
    value,
    ignoreFocusOut: true,
    validateInput: (text) => check(splitPassword(text.trim()).url),
  });
  return typed === undefined ? undefined : splitPassword(typed.trim());
}

/** Nothing written leaves it as it is. `undefined` when the person leaves. */
export function askPassword(title: string, prompt: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
}

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

async function askServers(title: string, kind: (typeof KINDS)[number], check: UrlCheck): Promise<string | undefined> {
  const hosts = await vscode.window.showInputBox({
    title,
    prompt: kind.scheme === '' ? 'Host and port' : 'Some of the servers, with their ports, separated by commas',
    value: kind.scheme === '' ? kind.hosts : '',
    placeHolder: kind.hosts,
    ignoreFocusOut: true,
    validateInput: (text) =>
      check(`redis${kind.scheme}://${text.trim()}${kind.scheme === '+sentinel' ? '/master' : ''}`),
  });
  const path = hosts === undefined ? undefined : await askPath(title, kind.scheme);
  const tls = path === undefined ? undefined : await askTls(title, check);
  if (hosts === undefined || path === undefined || tls === undefined) {
    return undefined;
  }
  return `${tls === 'none' ? 'redis' : 'rediss'}${kind.scheme}://${hosts.trim()}${path}${tls === 'none' ? '' : tls}`;
}

/** What follows the hosts: the name of the master, or the database. */
async function askPath(title: string, scheme: (typeof KINDS)[number]['scheme']): Promise<string | undefined> {
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

/** @returns `none`, or the parameters of the URL. */
async function askTls(title: string, check: UrlCheck): Promise<string | undefined> {
  const choice = await vscode.window.showQuickPick([...TLS], {
    title,
    placeHolder: 'Encryption',
    ignoreFocusOut: true,
  });
  if (choice === undefined || choice === TLS[0]) {
    return choice === undefined ? undefined : 'none';
  }
  if (choice === TLS[1]) {
    return '';
  }
  const parameters = (file: string) => `?ca=${encodeURIComponent(file.trim())}`;
  const file = await vscode.window.showInputBox({
    title,
    prompt: 'Absolute path of the authority’s certificate, a PEM file',
    placeHolder: '/etc/ssl/ca.pem',
    ignoreFocusOut: true,
    validateInput: (text) => check(`rediss://host${parameters(text)}`),
  });
  return file === undefined ? undefined : parameters(file);
}

async function askSocket(title: string, check: UrlCheck): Promise<string | undefined> {
  const urlOf = (path: string) => `unix://${encodeURI(path.trim())}`;
  const path = await vscode.window.showInputBox({
    title,
    prompt: 'Absolute path of the socket',
    placeHolder: '/run/redis/redis.sock',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim().startsWith('/') ? check(urlOf(text)) : 'Write an absolute path.'),
  });
  return path === undefined ? undefined : urlOf(path);
}

async function askLogin(title: string, url: string): Promise<Address | undefined> {
  const user = url.startsWith('unix:')
    ? ''
    : await vscode.window.showInputBox({
        title,
        prompt: 'The ACL user; leave it empty for the default user',
        ignoreFocusOut: true,
      });
  if (user === undefined) {
    return undefined;
  }
  const password = await askPassword(
    title,
    'The password; leave it empty for none. It is kept in VS Code’s secret storage.',
  );
  if (password === undefined) {
    return undefined;
  }
  const login = user.trim() === '' ? '' : `${encodeURIComponent(user.trim())}@`;
  return { url: url.replace('://', `://${login}`), password: password === '' ? undefined : password };
}
