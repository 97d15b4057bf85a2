import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { InstanceSighting } from '../../cache/instanceDirectory';
import type { FleetServices } from '../../service/fleetServices';
import type { FleetSession } from '../fleetSession';
import { plural } from '../format';
import { VIEWS } from '../ids';
import { instanceItem } from './instanceItems';

const FOLLOW_MS = 2_000;

/** Who shares this Redis. Redis is asked while somebody can see the view, and not else. */
export class InstancesView implements vscode.TreeDataProvider<string>, Disposable {
  private readonly disposables = new DisposableStore();
  /** An id, or `undefined` for all rows. */
  private readonly changes = new vscode.EventEmitter<string | undefined>();
  private readonly view: vscode.TreeView<string>;
  private timer: NodeJS.Timeout | undefined;
  private sightings: ReadonlyMap<string, InstanceSighting> = new Map();
  /** Those of which is asked at the moment. */
  private asked: FleetServices | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly session: FleetSession,
    private readonly logger: Logger,
  ) {
    this.disposables.add(this.changes);
    this.view = this.disposables.add(vscode.window.createTreeView(VIEWS.instances, { treeDataProvider: this }));
    this.disposables.add(this.view.onDidChangeVisibility(() => this.follow()));
    this.disposables.add(
      session.onDidChange(() => {
        this.show([]);
        this.note('');
        this.follow();
      }),
    );
    this.disposables.add(toDisposable(() => clearInterval(this.timer)));
    this.follow();
  }

  getChildren(id?: string): string[] {
    return id === undefined ? [...this.sightings.keys()] : [];
  }

  getTreeItem(id: string): vscode.TreeItem {
    const sighting = this.sightings.get(id);
    return sighting === undefined
      ? new vscode.TreeItem('')
      : instanceItem(sighting, this.session.services?.instances.id ?? '', Date.now());
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    clearInterval(this.timer);
    if (this.view.visible && !this.disposables.isDisposed) {
      this.timer = setInterval(() => void this.look(), FOLLOW_MS);
      void this.look();
    }
  }

  private async look(): Promise<void> {
    const { services } = this.session;
    if (services === undefined || services === this.asked) {
      return;
    }
    this.asked = services;
    // Another Redis may be chosen meanwhile, of which the former one's answer tells nothing.
    const isChosen = () => services === this.session.services;
    try {
      const sightings = await services.instances.sightings();
      if (isChosen()) {
        this.show(sightings);
        this.note('');
      }
    } catch (error) {
      this.logger.debug(`The instances cannot be listed: ${describeError(error)}`);
      if (isChosen()) {
        // The rows stay, as the last that is known.
        const known = this.sightings.size === 0 ? 'It is not known who is there.' : 'This is what was known last.';
        this.note(`${known} ${describeError(error)}`);
      }
    } finally {
      if (this.asked === services) {
        this.asked = undefined;
      }
    }
  }

  /** Draws one row anew where only that one changed, so that selection and place stay. */
  private show(sightings: readonly InstanceSighting[]): void {
    const former = this.sightings;
    this.sightings = new Map(sightings.map((each) => [each.record.id, each]));
    const alive = sightings.filter(({ isAlive }) => isAlive).length;
    this.view.description = sightings.length === 0 ? '' : plural(alive, 'alive', 'alive');
    if ([...former.keys()].join('\n') !== [...this.sightings.keys()].join('\n')) {
      this.changes.fire(undefined);
      return;
    }
    for (const id of this.sightings.keys()) {
      this.changes.fire(id);
    }
  }

  private note(message: string): void {
    if ((this.view.message ?? '') !== message) {
      this.view.message = message;
    }
  }
}
