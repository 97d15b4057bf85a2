import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { InventoryProblem, TextPosition } from '../fleet/inventory';
import type { FleetSession } from './fleetSession';

/** So long after the file was read it is watched: to begin with it takes VS Code 10 ms and more, for which the views would wait. */
const WATCH_AFTER_MS = 500;

/** Shows what is wrong in the inventory in the Problems panel, and reads the file again when it changes. */
export class InventoryProblems implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly diagnostics: vscode.DiagnosticCollection;
  private ofServices = this.disposables.add(new DisposableStore());

  constructor(private readonly session: FleetSession) {
    this.diagnostics = this.disposables.add(vscode.languages.createDiagnosticCollection('fleetCache.inventory'));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.follow();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    this.diagnostics.clear();
    const { state } = this.session;
    if (state.type === 'noInventory') {
      this.watch(state.path, () => void this.session.restart());
    }
    if (state.type === 'running') {
      const { inventory } = state.services;
      this.show(inventory.path, inventory.current.problems);
      this.ofServices.add(inventory.onDidChange(({ problems }) => this.show(inventory.path, problems)));
      const timer = setTimeout(() => {
        this.watch(inventory.path, () => void inventory.reload());
        // It may have changed since it was read.
        void inventory.reload();
      }, WATCH_AFTER_MS);
      this.ofServices.add(toDisposable(() => clearTimeout(timer)));
    }
  }

  private watch(path: string, onChange: () => void): void {
    // The name is taken for a glob pattern.
    const pattern = basename(path).replace(/[[\]{}*?]/g, '[$&]');
    const file = new vscode.RelativePattern(vscode.Uri.file(dirname(path)), pattern);
    const watcher = this.ofServices.add(vscode.workspace.createFileSystemWatcher(file));
    this.ofServices.add(watcher.onDidChange(onChange));
    this.ofServices.add(watcher.onDidCreate(onChange));
    this.ofServices.add(watcher.onDidDelete(onChange));
  }

  private show(path: string, problems: readonly InventoryProblem[]): void {
    this.diagnostics.set(vscode.Uri.file(path), problems.map(toDiagnostic));
  }
}

function toDiagnostic({ severity, message, start, end }: InventoryProblem): vscode.Diagnostic {
  const level = vscode.DiagnosticSeverity[severity === 'error' ? 'Error' : 'Warning'];
  const range = new vscode.Range(toPosition(start), toPosition(end));
  const diagnostic = new vscode.Diagnostic(range, message, level);
  diagnostic.source = 'Fleet Cache';
  return diagnostic;
}

function toPosition({ line, column }: TextPosition): vscode.Position {
  return new vscode.Position(line, column);
}
