import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { VSIX } from '../../../scripts/checkout';
import { FleetWorkspace } from '../../../scripts/fleet/fleetWorkspace';
import { eventually } from '../../fixtures/eventually';
import { VsCodeServer } from './vscodeServer';
import { Workbench } from './workbench';

const MINERS = 4;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 30_000;

/** A window on a small fleet with the views of connections and instances open. */
export class ConnectionsWindow {
  private constructor(
    readonly fleet: FleetWorkspace,
    readonly server: VsCodeServer,
    readonly workbench: Workbench,
  ) {}

  /**
   * @param firstNetwork of the fleet's addresses, which no other test has.
   * @param settings of the user.
   * @param prepare is called before VS Code opens the workspace.
   */
  static async open(
    firstNetwork: number,
    settings: Readonly<Record<string, unknown>> = {},
    prepare: (fleet: FleetWorkspace) => Promise<void> = async () => {},
  ): Promise<ConnectionsWindow> {
    const fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 7, firstNetwork });
    let server: VsCodeServer | undefined;
    let workbench: Workbench | undefined;
    try {
      await prepare(fleet);
      const { folder, environment: env } = fleet;
      server = await VsCodeServer.start({ folder, extensions: [VSIX], env, settings });
      workbench = await Workbench.open(server, { width: 1400, height: 1000 });
      const window = new ConnectionsWindow(fleet, server, workbench);
      await window.showViews();
      return window;
    } catch (error) {
      await workbench?.close();
      await server?.stop();
      await fleet.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.server.stop();
    await this.fleet.stop();
  }

  soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  userSettings(): Promise<string> {
    return readFile(join(this.server.userDataDir, 'User', 'settings.json'), 'utf8');
  }

  /** Paths of what VS Code keeps on disk, its logs and settings included, and of the workspace, that contain a text. */
  async filesWith(text: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const root of [
      join(this.server.userDataDir, 'User'),
      join(this.server.userDataDir, 'logs'),
      this.fleet.folder,
    ]) {
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && (await readFile(path, 'utf8')).includes(text)) {
          found.push(path);
        }
      }
    }
    return found;
  }

  /** The rows of the Connections view, as `label: description`. */
  async connections(): Promise<readonly string[]> {
    const rows = await this.workbench.treeView('Connections').rows();
    return rows.map(({ label, description }) => `${label}: ${description}`);
  }

  /** Waits for a notification with a text, and puts it away. @returns all of its text. */
  async notification(text: string): Promise<string> {
    const shown = await this.workbench.said(text);
    await this.workbench.clearNotifications();
    return shown;
  }

  /** What *Test Connection* says of a row. */
  async test(name: string): Promise<string> {
    await this.workbench.runCommand('Fleet Cache: Test Connection');
    await this.workbench.quickInput.pick(name);
    return this.notification('Redis at');
  }

  /** The end of *Add Connection…*, after where it is: no label, and a name. */
  async name(name: string): Promise<void> {
    await this.workbench.quickInput.pick('No label');
    await this.workbench.quickInput.answerTo('A name for the connection', name);
  }

  /** Saves a picture of what is shown once it stands still: boxes fade in, and notifications out. */
  async picture(name: string): Promise<void> {
    await this.workbench.page.waitForTimeout(600);
    await this.workbench.screenshot(name);
  }

  private async showViews(): Promise<void> {
    const { workbench } = this;
    await workbench.openViewContainer('Fleet Cache');
    await this.soon(async () =>
      expect((await workbench.treeView('Miners').rows())[0]?.description).toMatch(/^4\/4 online/),
    );
    // Rows that find no place do not exist.
    await workbench.treeView('Miners').collapseSection();
    await workbench.treeView('Connections').expandSection();
    await workbench.treeView('Instances').expandSection();
  }
}
