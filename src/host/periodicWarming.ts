import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import { readWarmingSchedule } from './configuration';
import type { FleetSession } from './fleetSession';
import { SETTINGS_SECTION } from './ids';

/** Has the running services warm the fleet as the settings say. */
export class PeriodicWarming implements Disposable {
  private readonly disposables = new DisposableStore();

  constructor(private readonly session: FleetSession) {
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS_SECTION)) {
          this.follow();
        }
      }),
    );
    this.follow();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.session.services?.periodicWarmer.set(readWarmingSchedule());
  }
}
