import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { sortNames } from '../../base/names';
import type { CacheChange } from '../../cache/changeFeed';
import type { Miner } from '../../fleet/miner';
import type { FleetServices } from '../../service/fleetServices';
import type { FleetSession } from '../fleetSession';
import { COMMANDS } from '../ids';
import { entryItem, minerItem, moreItem, noteItem, tenantItem } from './minerItems';
import type { EntryNode, MinerNode, MinersNode, MoreNode, TenantNode } from './minerNodes';

/** VS Code has no paging of trees, and tens of thousands of siblings take it half a minute. */
const SIBLINGS = 1_000;

/** So long the first listing waits for a cache that is warm. */
const FIRST_PAINT_MS = 200;

/** Tenant → miner → its cached entries. Shows what the monitor knows; only listing entries asks Redis. */
export class MinersTree implements vscode.TreeDataProvider<MinersNode>, Disposable {
  private readonly changes = new vscode.EventEmitter<MinersNode | MinersNode[] | undefined>();
  private readonly disposables = new DisposableStore();
  private ofServices = this.disposables.add(new DisposableStore());
  private readonly tenants = new Map<string, TenantNode>();
  private readonly miners = new Map<string, MinerNode>();
  private readonly byTenant = new Map<string, Miner[]>();
  private readonly shown = new Map<string, number>();
  /** The listed entries of miners, to update their rows in place. */
  private readonly entries = new Map<MinerNode, readonly EntryNode[]>();

  /** Whether VS Code was given a listing. Until then it has nothing to repaint, and the first one tells what is so by then. */
  private wasListed = false;

  /** Whether anybody sees the tree; while nobody does, Redis is not asked on its behalf. */
  isVisible = false;

  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly session: FleetSession) {
    this.disposables.add(this.changes);
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.follow();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  getTreeItem(node: MinersNode): vscode.TreeItem {
    const now = Date.now();
    switch (node.type) {
      case 'tenant':
        return tenantItem(node, this.viewsOf(node), this.byTenant.size === 1);
      case 'miner':
        return minerItem(node, this.session.services?.monitor.view(node.miner.id) ?? { type: 'unread' }, now);
      case 'entry':
        return entryItem(node, now);
      case 'note':
        return noteItem(node);
      case 'more':
        return moreItem(node, { command: COMMANDS.showMore, title: 'Show more', arguments: [node] });
    }
  }

  getParent(node: MinersNode): MinersNode | undefined {
    switch (node.type) {
      case 'tenant':
        return undefined;
      case 'miner':
        return this.tenants.get(node.miner.tenant);
      default:
        return node.parent;
    }
  }

  async getChildren(node?: MinersNode): Promise<MinersNode[]> {
    if (node === undefined) {
      // VS Code takes a change 200 ms late: an empty answer now, and a change when there is more, would show later.
      await this.session.settled();
      await this.session.services?.monitor.refreshed(FIRST_PAINT_MS);
      this.wasListed = true;
    }
    const services = this.session.services;
    if (services === undefined) {
      return [];
    }
    switch (node?.type) {
      case undefined:
        return [...this.tenants.values()];
      case 'tenant':
        return this.minersOf(node);
      case 'miner':
        // Asked for, too, when its tenant is drawn anew. While Redis is asked VS Code has no rows to take a command for.
        return [...(this.entries.get(node) ?? (await this.listEntries(node, services)))];
      default:
        return [];
    }
  }

  showMore({ parent }: MoreNode): void {
    this.shown.set(parent.tenant, (this.shown.get(parent.tenant) ?? SIBLINGS) + SIBLINGS);
    this.changes.fire(parent);
  }

  /** The row of a miner, which is listed from now on, however many siblings it has. `undefined` when there is no such miner. */
  list(minerId: string): MinerNode | undefined {
    const node = this.miners.get(minerId);
    const parent = this.tenants.get(node?.miner.tenant ?? '');
    if (node === undefined || parent === undefined) {
      return undefined;
    }
    const index = this.byTenant.get(parent.tenant)?.findIndex(({ id }) => id === minerId) ?? 0;
    if (index >= (this.shown.get(parent.tenant) ?? SIBLINGS)) {
      this.shown.set(parent.tenant, Math.ceil((index + 1) / SIBLINGS) * SIBLINGS);
      this.changes.fire(parent);
    }
    return node;
  }

  /** Lists a miner's entries again when its row is opened again: VS Code shows what it had. */
  expand(node: MinersNode): void {
    if (node.type === 'tenant' || (node.type === 'miner' && !this.entries.has(node))) {
      this.changes.fire(node);
    }
  }

  /** Forgets the entries that were listed below a row: it was closed. */
  collapse(node: MinersNode): void {
    for (const miner of this.entries.keys()) {
      if (miner === node || (node.type === 'tenant' && miner.miner.tenant === node.tenant)) {
        this.entries.delete(miner);
      }
    }
  }

  /** Repaints ages and remaining TTLs of the listed entries. Asks nobody. */
  tick(): void {
    const nodes = [...this.entries.values()].flat();
    if (nodes.length > 0) {
      this.changes.fire(nodes);
    }
  }

  /** Looks again into Redis for the entries that are listed. Not counted as lookups. */
  async reinspect(miners: readonly MinerNode[] = [...this.entries.keys()]): Promise<void> {
    const services = this.session.services;
    if (services === undefined || !this.isVisible) {
      return;
    }
    await Promise.all(
      miners.map(async (node) => {
        const entries = this.entries.get(node);
        if (entries === undefined) {
          return;
        }
        const inspections = await services.reads.inspectMiner(node.miner).catch(() => undefined);
        if (this.entries.get(node) !== entries) {
          // Closed meanwhile, or listed anew, maybe from another Redis.
          return;
        }
        if (inspections === undefined) {
          this.entries.delete(node);
          this.changes.fire(node);
          return;
        }
        for (const entry of entries) {
          entry.inspection = inspections.get(entry.kind) ?? entry.inspection;
        }
        this.changes.fire([...entries]);
      }),
    );
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    // It may be another Redis.
    this.entries.clear();
    const services = this.session.services;
    if (services !== undefined) {
      this.ofServices.add(services.inventory.onDidChange(() => this.relist()));
      this.ofServices.add(services.monitor.onDidChange((minerIds) => this.update(minerIds)));
      this.ofServices.add(services.cache.onDidChange((change) => this.noteCacheChange(change)));
      this.ofServices.add(services.cache.onDidChangeStoreHealth(() => this.listAgain()));
    }
    this.relist();
  }

  private relist(): void {
    const miners = this.session.services?.inventory.current.miners ?? [];
    this.byTenant.clear();
    for (const miner of miners) {
      const siblings = this.byTenant.get(miner.tenant);
      if (siblings === undefined) {
        this.byTenant.set(miner.tenant, [miner]);
      } else {
        siblings.push(miner);
      }
    }
    const tenants = sortNames(this.byTenant.keys());
    replaceKeys(this.tenants, tenants, (tenant) => ({ type: 'tenant', tenant }));
    const byId = new Map(miners.map((miner) => [miner.id, miner]));
    replaceKeys(this.miners, byId.keys(), (id) => ({ type: 'miner', miner: byId.get(id) as Miner }));
    for (const [id, node] of this.miners) {
      node.miner = byId.get(id) as Miner;
    }
    for (const node of this.entries.keys()) {
      if (this.miners.get(node.miner.id) !== node) {
        this.entries.delete(node);
      }
    }
    this.repaint(undefined);
  }

  private update(minerIds: ReadonlySet<string>): void {
    // A tenant's row sums up its miners, and with it VS Code repaints theirs.
    const tenants = [...minerIds].flatMap((id) => this.tenants.get(this.miners.get(id)?.miner.tenant ?? '') ?? []);
    this.repaint([...new Set(tenants)]);
  }

  private repaint(nodes: MinersNode[] | undefined): void {
    if (this.wasListed) {
      this.changes.fire(nodes);
    }
  }

  private noteCacheChange(change: CacheChange): void {
    if (change.type === 'invalidated') {
      void this.reinspect();
      return;
    }
    for (const [node, entries] of this.entries) {
      if (entries.some(({ inspection }) => inspection.key === change.key)) {
        void this.reinspect([node]);
      }
    }
  }

  /** Has the entries of all open rows asked for anew. */
  private listAgain(): void {
    const nodes = [...this.entries.keys()];
    this.entries.clear();
    this.changes.fire(nodes);
  }

  private viewsOf({ tenant }: TenantNode) {
    const monitor = this.session.services?.monitor;
    return (this.byTenant.get(tenant) ?? []).map(({ id }) => monitor?.view(id) ?? { type: 'unread' as const });
  }

  private minersOf(tenant: TenantNode): MinersNode[] {
    const miners = this.byTenant.get(tenant.tenant) ?? [];
    const limit = this.shown.get(tenant.tenant) ?? SIBLINGS;
    const nodes: MinersNode[] = miners.slice(0, limit).flatMap(({ id }) => this.miners.get(id) ?? []);
    return miners.length > limit ? [...nodes, { type: 'more', parent: tenant, hidden: miners.length - limit }] : nodes;
  }

  /** Asks Redis. From then on {@link reinspect} brings what changes. */
  private async listEntries(parent: MinerNode, services: FleetServices): Promise<readonly MinersNode[]> {
    // Of another Redis, or a miner that is gone, VS Code is about to ask anew or never.
    const isMeant = () => services === this.session.services && this.miners.get(parent.miner.id) === parent;
    try {
      const inspections = await services.reads.inspectMiner(parent.miner);
      const nodes = [...inspections].map(
        ([kind, inspection]): EntryNode => ({ type: 'entry', parent, kind, inspection }),
      );
      if (isMeant()) {
        this.entries.set(parent, nodes);
      }
      return nodes;
    } catch (error) {
      if (isMeant()) {
        this.entries.delete(parent);
      }
      return [{ type: 'note', parent, text: describeError(error) }];
    }
  }
}

/** Makes the map have exactly `keys`, in their order, with the values that it had. */
function replaceKeys<K, V>(map: Map<K, V>, keys: Iterable<K>, create: (key: K) => V): void {
  const former = new Map(map);
  map.clear();
  for (const key of keys) {
    map.set(key, former.get(key) ?? create(key));
  }
}
