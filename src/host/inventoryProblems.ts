import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { InventoryProblem, TextPosition } from '../fleet/inventory';
import type { FleetSession } from './fleetSession';

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
      this.watch(inventory.path, () => void inventory.reload());
    }
  }

  private watch(path: string, onChange: () => void): void {
    const uri = vscode.Uri.file(path);
    const folder = vscode.Uri.joinPath(uri, '..');
    const name = path.slice(folder.fsPath.length + 1);
    const watcher = this.ofServices.add(
      vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, name)),
    );
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
