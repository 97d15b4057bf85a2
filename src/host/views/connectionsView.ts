import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import type { AccessState } from '../../service/writeAccess';
import type { Connections } from '../connections/connections';
import type { Connection } from '../connections/savedConnections';
import type { FleetSession } from '../fleetSession';
import { VIEWS } from '../ids';
import { connectionItem } from './connectionItems';
import { describeActive } from './connectionText';

/** The Connections view: every Redis that can be chosen, and the one that is. It asks no Redis for anything. */
export class ConnectionsView implements vscode.TreeDataProvider<Connection>, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Connection>;
  private ofServices = this.disposables.add(new DisposableStore());

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly session: FleetSession,
    private readonly connections: Connections,
  ) {
    this.disposables.add(this.changes);
    this.view = this.disposables.add(vscode.window.createTreeView(VIEWS.connections, { treeDataProvider: this }));
    this.disposables.add(connections.onDidChange(() => this.update()));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.follow();
  }

  getChildren(parent?: Connection): Connection[] {
    return parent === undefined ? [...this.connections.all] : [];
  }

  getTreeItem(connection: Connection): vscode.TreeItem {
    const isActive = this.isActive(connection);
    return connectionItem(connection, isActive, isActive ? this.access : undefined);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Of the connection that the services work over. */
  private get access(): AccessState | undefined {
    return this.session.services?.connection.access.state;
  }

  private isActive({ name }: Connection): boolean {
    return !this.session.isDemo && this.connections.active.name === name;
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const { services } = this.session;
    if (services !== undefined) {
      this.ofServices.add(services.connection.access.onDidChange(() => this.update()));
    }
    this.update();
  }

  private update(): void {
    const { services, isDemo } = this.session;
    this.view.description = services === undefined ? '' : describeActive(services.connection);
    const demo = isDemo
      ? ['The demo fleet has a Redis of its own. What is chosen here is used when it is stopped.']
      : [];
    this.view.message = [...demo, ...this.connections.problems].join(' ');
    this.changes.fire(undefined);
  }
}
