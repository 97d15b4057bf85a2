import * as vscode from 'vscode';
import type { CommandParts } from './commandParts';

/** How a connection is secured, as its URL says it. */
export interface Encryption {
  readonly scheme: 'redis' | 'rediss';
  /** Of the URL. */
  readonly parameters: readonly string[];
}

type UrlCheck = CommandParts['redis']['redisUrlProblem'];

const NO_TLS = 'No TLS';
const BY_SYSTEM = 'TLS, verified by the system’s authorities';
const BY_FILE = 'TLS, verified by an authority’s file…';
const NO_CERTIFICATE = 'No client certificate';
const CERTIFICATE = 'A client certificate and its key…';

/** Asks for encryption, the authority to trust, and what is shown to the server. `undefined` when the person leaves. */
export async function askEncryption(title: string, check: UrlCheck): Promise<Encryption | undefined> {
  const pick = (items: readonly string[], placeHolder: string) =>
    vscode.window.showQuickPick([...items], { title, placeHolder, ignoreFocusOut: true });
  const choice = await pick([NO_TLS, BY_SYSTEM, BY_FILE], 'Encryption');
  if (choice === undefined || choice === NO_TLS) {
    return choice && { scheme: 'redis', parameters: [] };
  }
  const authority = choice === BY_FILE ? await askAuthority(title, check) : [];
  const shown = authority && (await pick([NO_CERTIFICATE, CERTIFICATE], 'What is shown to the server'));
  if (authority === undefined || shown === undefined) {
    return undefined;
  }
  const certificate = shown === CERTIFICATE ? await askCertificate(title, check) : [];
  return certificate && { scheme: 'rediss', parameters: [...authority, ...certificate] };
}

async function askAuthority(title: string, check: UrlCheck): Promise<readonly string[] | undefined> {
  const parameters = (path: string) => [parameter('ca', path)];
  const path = await askFile(title, 'the authority’s certificate', '/etc/ssl/ca.pem', check, parameters);
  return path === undefined ? undefined : parameters(path);
}

async function askCertificate(title: string, check: UrlCheck): Promise<readonly string[] | undefined> {
  const parameters = (certificate: string, key: string) => [parameter('cert', certificate), parameter('key', key)];
  // The one alone would be of no use, so that it is tried as if it held both.
  const certificate = await askFile(title, 'the client certificate', '/etc/ssl/client.pem', check, (path) =>
    parameters(path, path),
  );
  if (certificate === undefined) {
    return undefined;
  }
  const key = await askFile(title, 'its private key', '/etc/ssl/client.key', check, (path) =>
    parameters(certificate, path),
  );
  return key === undefined ? undefined : parameters(certificate, key);
}

async function askFile(
  title: string,
  what: string,
  placeHolder: string,
  check: UrlCheck,
  parameters: (path: string) => readonly string[],
): Promise<string | undefined> {
  const path = await vscode.window.showInputBox({
    title,
    prompt: `Absolute path of ${what}, a PEM file`,
    placeHolder,
    ignoreFocusOut: true,
    validateInput: (text) => check(`rediss://host?${parameters(text.trim()).join('&')}`),
  });
  return path?.trim();
}

function parameter(name: string, path: string): string {
  return `${name}=${encodeURIComponent(path).replaceAll('%2F', '/')}`;
}
