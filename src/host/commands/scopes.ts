import * as vscode from 'vscode';
import { sortNames } from '../../base/names';
import type { Miner } from '../../fleet/miner';
import { type FleetScope, minersInScope } from '../../fleet/scope';
import type { FleetServices } from '../../service/fleetServices';
import { plural } from '../format';
import type { MinersNode } from '../views/minerNodes';

/** The scope that a row of the Miners tree stands for. */
export function scopeOf(node: MinersNode | undefined): FleetScope | undefined {
  switch (node?.type) {
    case 'tenant':
      return { type: 'tenant', tenant: node.tenant };
    case 'miner':
      return { type: 'miner', miner: node.miner };
    case 'entry':
    case 'note':
      return { type: 'miner', miner: node.parent.miner };
    default:
      return undefined;
  }
}

/** Something that a person can choose: a scope, or another thing that a command offers beside them. */
export type ScopeItem<T = FleetScope> = vscode.QuickPickItem & { readonly choice?: FleetScope | T };

/**
 * Lets a person choose the fleet, a tenant, a tag or a miner, or one of `others`, which stand below the fleet.
 *
 * @param fleetNote what else is said of the fleet.
 * @returns `undefined` when they think better of it.
 */
export async function pickScope<T = FleetScope>(
  services: FleetServices,
  title: string,
  others: readonly ScopeItem<T>[] = [],
  fleetNote = '',
): Promise<FleetScope | T | undefined> {
  const { miners } = services.inventory.current;
  const separator = (label: string): ScopeItem<T> => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const several = (icon: string, name: string, scope: FleetScope, note = ''): ScopeItem<T> => {
    const description = `${plural(minersInScope(miners, scope).length, 'miner')}${note}`;
    return { label: `$(${icon}) ${name}`, description, choice: scope };
  };
  const tenants = sortNames(miners.map(({ tenant }) => tenant));
  const tags = sortNames(miners.flatMap((miner) => miner.tags));
  const items: ScopeItem<T>[] = [
    several('server-environment', 'Whole fleet', { type: 'fleet' }, fleetNote),
    ...others,
    separator('Tenants'),
    ...tenants.map((tenant) => several('organization', tenant, { type: 'tenant', tenant })),
    ...(tags.length === 0 ? [] : [separator('Tags')]),
    ...tags.map((tag) => several('tag', tag, { type: 'tag', tag })),
    separator('Miners'),
    ...miners.map((miner): ScopeItem<T> => ({ ...minerItem(miner), choice: { type: 'miner', miner } })),
  ];
  const placeHolder = `The whole fleet, a tenant${tags.length === 0 ? '' : ', a tag'} or a miner`;
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return picked?.choice;
}

/** Lets a person choose one miner. `undefined` when they think better of it. */
export async function pickMiner(
  { inventory }: FleetServices,
  title: string,
  placeHolder: string,
): Promise<Miner | undefined> {
  const items = inventory.current.miners.map((miner) => ({ ...minerItem(miner), miner }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.miner;
}

function minerItem(miner: Miner): vscode.QuickPickItem {
  return { label: `$(server) ${miner.id}`, description: `${miner.tenant} · ${miner.host}` };
}
