import { randomBytes } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStorage } from 'vscode';
import { ENDPOINT_FILE, endpointText } from '../../base/agentEndpoint';
import { Emitter } from '../../base/emitter';
import { describeError, FleetCacheError } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import { readSecret, storeSecret } from '../secretStorage';
import { readMachineId } from './machineId';
import { writePrivateFile } from './privateFiles';

/** With the machine's id behind it: VS Code keeps secrets where the person sits, for every machine that its windows work on. */
const TOKEN_KEY = 'mcp-token-';
const TOKEN_BYTES = 32;

/** The token that MCP clients of this user's windows on this machine show, and the file that leads agents outside of VS Code to the listener. */
export class AgentAccess implements Disposable {
  private readonly changes: Emitter<string>;
  private readonly listener: Disposable;
  private known: string | undefined;
  private asking: Promise<string> | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** Of the token, once it is known. */
  private key: string | undefined;

  /** Fires with the token that holds from now on, whichever window made it. The one that held before is void. */
  readonly onDidChangeToken;

  /**
   * @param folder for what agents need: private, and the same for every version of the extension.
   * @param readToken of the file in it, if that can be trusted.
   */
  constructor(
    private readonly storage: SecretStorage,
    readonly folder: string,
    private readonly logger: Logger,
    private readonly readToken: (path: string) => Promise<string | undefined> = async () => undefined,
  ) {
    this.changes = new Emitter((error) => logger.error(`The MCP token was not taken over: ${describeError(error)}`));
    this.onDidChangeToken = this.changes.event;
    this.listener = storage.onDidChange(({ key }) => {
      if (key === this.key) {
        this.follow().catch((error: unknown) => logger.warn(`The MCP token was not read: ${describeError(error)}`));
      }
    });
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  /**
   * Made when it is first asked for, and the same in every window of this machine. On another one it is another, so that who
   * reads it here cannot enter there.
   *
   * @throws {FleetCacheError} when it cannot be stored.
   */
  async token(): Promise<string> {
    if (this.known !== undefined) {
      return this.known;
    }
    this.asking ??= this.find().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** Puts another token in the place of the one that holds, in every window. @throws {FleetCacheError} when it cannot be stored. */
  async rotate(): Promise<void> {
    this.take(await this.store(newToken()));
  }

  /**
   * Tells agents outside of VS Code where the listener is, and the token. The window that has the fixed port has to do it again
   * when the token changes.
   *
   * @throws {FleetCacheError} when the file cannot be written.
   */
  publish(url: string): Promise<void> {
    // One after the other, so that the token that holds is the one that is written last.
    const written = this.writing.then(() => this.write(url));
    this.writing = written.catch(() => {});
    return written;
  }

  /** Leads agents nowhere any more, until {@link publish}. @throws {FleetCacheError} when the file cannot be deleted. */
  withdraw(): Promise<void> {
    const path = join(this.folder, ENDPOINT_FILE);
    const withdrawn = this.writing.then(() =>
      rm(path, { force: true }).catch((error: unknown) => {
        throw new FleetCacheError(
          `${path} cannot be deleted: ${describeError(error)}. While it is there, agents are led here; delete it yourself.`,
          { cause: error },
        );
      }),
    );
    this.writing = withdrawn.catch(() => {});
    return withdrawn;
  }

  /** Whether agents outside of VS Code were led here once, by whichever window of this user on this machine. */
  async isPublished(): Promise<boolean> {
    return access(join(this.folder, ENDPOINT_FILE)).then(
      () => true,
      () => false,
    );
  }

  private async write(url: string): Promise<void> {
    const path = join(this.folder, ENDPOINT_FILE);
    const token = await this.token();
    try {
      await writePrivateFile(path, endpointText({ url, token }));
    } catch (error) {
      throw new FleetCacheError(
        `${path} cannot be written: ${describeError(error)}. Agents outside of VS Code find the MCP server by that file; check the folder's permissions and space.`,
        { cause: error },
      );
    }
    this.logger.debug(`Agents outside of VS Code are led to ${url} by ${path}`);
  }

  private async find(): Promise<string> {
    this.known = (await readSecret(this.storage, await this.tokenKey())) ?? (await this.store(await this.firstToken()));
    return this.known;
  }

  /**
   * The one that agents of this machine have, if they have one: who comes to this machine from another one, or in another browser,
   * has another secret storage.
   */
  private async firstToken(): Promise<string> {
    const isPublished = await this.isPublished();
    return (isPublished ? await this.readToken(join(this.folder, ENDPOINT_FILE)) : undefined) ?? newToken();
  }

  /** @returns the token that holds then: another window may have stored its own at the same time. */
  private async store(token: string): Promise<string> {
    const key = await this.tokenKey();
    await storeSecret(this.storage, key, token);
    return (await readSecret(this.storage, key)) ?? token;
  }

  private async tokenKey(): Promise<string> {
    this.key ??= `${TOKEN_KEY}${await readMachineId(this.folder)}`;
    return this.key;
  }

  private async follow(): Promise<void> {
    await this.asking?.catch(() => {});
    if (this.known === undefined) {
      return;
    }
    const token = await readSecret(this.storage, await this.tokenKey());
    if (token !== undefined) {
      this.take(token);
    }
  }

  private take(token: string): void {
    if (token !== this.known) {
      this.known = token;
      this.changes.fire(token);
    }
  }
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}
