import type * as vscode from 'vscode';

const PAUSED_KEY = 'paused';

/** Whether the person has paused Fleet Cache in this workspace, which is remembered over a reload of the window. */
export class Pause {
  constructor(private readonly workspaceState: vscode.Memento) {}

  get isOn(): boolean {
    return this.workspaceState.get(PAUSED_KEY) === true;
  }

  async set(isOn: boolean): Promise<void> {
    await this.workspaceState.update(PAUSED_KEY, isOn ? true : undefined);
  }
}
