import * as vscode from 'vscode';
import type { ConnectionSecrets, SecretNeeds } from '../../base/connectionSecrets';
import { redisServer } from '../secrets';
import type { CommandParts } from './commandParts';

/** What a person said about where a Redis is. */
export interface Address {
  /** Without a password. */
  readonly url: string;
  /** What was typed; what is empty is to be forgotten. */
  readonly secrets: ConnectionSecrets;
}

const STORED = 'It is kept in VS Code’s secret storage.';

/**
 * Asks for what a Redis may want to know.
 *
 * @param empty what an empty box means, after "leave it empty".
 * @param server which one, where that is not plain.
 * @returns what was typed; `undefined` when the person leaves.
 */
export async function askSecrets(
  title: string,
  needs: SecretNeeds,
  empty: string,
  server?: string,
): Promise<ConnectionSecrets | undefined> {
  const questions: readonly (readonly [keyof ConnectionSecrets, boolean, string])[] = [
    ['password', needs.password, 'The password of Redis'],
    ['sentinelUsername', needs.sentinelLogin, 'The user by whom the Sentinels themselves are asked'],
    ['sentinelPassword', needs.sentinelLogin, 'The password of the Sentinels themselves'],
    ['keyPassphrase', needs.keyPassphrase, 'The passphrase of the client certificate’s key'],
  ];
  const typed = new Map<keyof ConnectionSecrets, string>();
  for (const [field, isAsked, prompt] of questions) {
    if (isAsked) {
      const text = await vscode.window.showInputBox({
        title,
        prompt: `${prompt}${server === undefined ? '' : ` at ${server}`}; leave it empty ${empty}. ${STORED}`,
        password: field !== 'sentinelUsername',
        ignoreFocusOut: true,
      });
      if (text === undefined) {
        return undefined;
      }
      typed.set(field, text);
    }
  }
  return Object.fromEntries(typed);
}

/**
 * Asks which secrets an edited connection goes on with: those stored for its server, those of the server that it led to before, which
 * are sent to another one for no other reason, or new ones.
 *
 * @param former the URL as it was.
 * @returns what is to be stored for its server; `undefined` when the person leaves.
 */
export async function askEditedSecrets(
  { secrets, redis }: Pick<CommandParts, 'secrets' | 'redis'>,
  title: string,
  former: string,
  address: Address,
): Promise<ConnectionSecrets | undefined> {
  const all = await redis.redisSecretNeeds(address.url);
  const needs = { ...all, password: all.password && address.secrets.password === undefined };
  if (!Object.values(needs).includes(true)) {
    return address.secrets;
  }
  const [server, formerServer] = [redisServer(address.url), redisServer(former)];
  const [own, before] = await Promise.all([address.url, former].map((url) => secrets.enteredRedisSecrets(url)));
  const has = (some: ConnectionSecrets | undefined) => Object.keys(some ?? {}).length > 0;
  const items = [
    ...(has(own)
      ? [{ label: 'Keep the stored ones', detail: `What is stored for ${server} stays as it is.`, kept: {} }]
      : server === formerServer
        ? [{ label: 'Keep none', detail: `Nothing is stored for ${server}.`, kept: {} }]
        : []),
    ...(server !== formerServer && has(before)
      ? [
          {
            label: 'Take the former ones along',
            detail: `What is stored for ${formerServer} is sent to ${server}.`,
            kept: before,
          },
        ]
      : []),
    { label: 'Type them anew…', detail: 'They are kept in VS Code’s secret storage.', kept: undefined },
  ];
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title, placeHolder: 'Passwords', ignoreFocusOut: true });
  if (picked === undefined) {
    return undefined;
  }
  const answer = picked.kept ?? (await askSecrets(title, needs, 'for none'));
  return answer && { ...answer, ...address.secrets };
}
