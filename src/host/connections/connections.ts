import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter';
import { FleetCacheError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { readConfiguration } from '../configuration';
import { SETTINGS, SETTINGS_SECTION } from '../ids';
import {
  activeConnection,
  allConnections,
  type Connection,
  parseConnections,
  type SavedConnection,
} from './savedConnections';

/** Under which this workspace remembers the name of the connection that was chosen in it. */
const CHOSEN_KEY = 'chosenConnection';

/**
 * The connections that can be chosen, and the one that is. They are kept in the user's own settings and read from nowhere else,
 * so that no workspace brings one; which one is chosen is remembered by workspace.
 */
export class Connections implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly disposables = new DisposableStore();

  /** Fired when the list or the choice may have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly workspaceState: vscode.Memento) {
    this.disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        const concerned = [SETTINGS.connections, SETTINGS.redisUrl];
        if (concerned.some((name) => event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`))) {
          this.changes.fire();
        }
      }),
    );
    this.disposables.add(this.changes);
  }

  get all(): readonly Connection[] {
    return allConnections(parseConnections(this.setting()).connections, this.defaultUrl);
  }

  /** What of the setting cannot be used, for people. */
  get problems(): readonly string[] {
    return parseConnections(this.setting()).problems;
  }

  get active(): Connection {
    const { defaultUrl } = this;
    const chosen = this.workspaceState.get<string>(CHOSEN_KEY);
    const active = activeConnection(this.all, chosen, defaultUrl);
    if (active === undefined) {
      throw new FleetCacheError('There is no connection. Set fleetCache.redis.url, or add a connection.');
    }
    return active;
  }

  /** @throws {FleetCacheError} when there is none of that name. */
  find(name: string): Connection {
    const found = this.all.find((each) => each.name === name);
    if (found === undefined) {
      throw new FleetCacheError(`There is no connection "${name}" any more. It may have been renamed or removed.`);
    }
    return found;
  }

  async switchTo({ name, isDefault }: Connection): Promise<void> {
    await this.workspaceState.update(CHOSEN_KEY, isDefault ? undefined : name);
    this.changes.fire();
  }

  /** Adds a connection, or replaces the one that was called `former`. What else stands in the setting stays. */
  async save(connection: SavedConnection, former?: string): Promise<void> {
    const entries = this.entries();
    const index = entries.findIndex((each) => nameOf(each) === (former ?? connection.name));
    const { name, url, environment, readOnly } = connection;
    const entry = {
      name,
      url,
      ...(environment === undefined ? {} : { environment }),
      ...(readOnly === undefined ? {} : { readOnly }),
    };
    if (former !== undefined && former !== name && this.workspaceState.get<string>(CHOSEN_KEY) === former) {
      await this.workspaceState.update(CHOSEN_KEY, name);
    }
    await this.write(index === -1 ? [...entries, entry] : entries.with(index, entry));
  }

  async remove(name: string): Promise<void> {
    await this.write(this.entries().filter((each) => nameOf(each) !== name));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private get defaultUrl(): string {
    return readConfiguration().redisUrl;
  }

  private entries(): readonly unknown[] {
    const value = this.setting();
    return Array.isArray(value) ? value : [];
  }

  private setting(): unknown {
    return vscode.workspace.getConfiguration(SETTINGS_SECTION).inspect(SETTINGS.connections)?.globalValue;
  }

  private async write(entries: readonly unknown[]): Promise<void> {
    const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
    await settings.update(SETTINGS.connections, entries, vscode.ConfigurationTarget.Global);
  }
}

function nameOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
}
