import * as vscode from 'vscode';
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

/** Lets a person choose the fleet, a tenant, a tag or a miner. `undefined` when they think better of it. */
export async function pickScope(services: FleetServices, title: string): Promise<FleetScope | undefined> {
  type Item = vscode.QuickPickItem & { readonly scope?: FleetScope };
  const { miners } = services.inventory.current;
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const several = (icon: string, name: string, scope: FleetScope): Item => {
    const description = plural(minersInScope(miners, scope).length, 'miner');
    return { label: `$(${icon}) ${name}`, description, scope };
  };
  const tenants = sorted(miners.map(({ tenant }) => tenant));
  const tags = sorted(miners.flatMap((miner) => miner.tags));
  const items: Item[] = [
    several('server-environment', 'Whole fleet', { type: 'fleet' }),
    separator('Tenants'),
    ...tenants.map((tenant) => several('organization', tenant, { type: 'tenant', tenant })),
    ...(tags.length === 0 ? [] : [separator('Tags')]),
    ...tags.map((tag) => several('tag', tag, { type: 'tag', tag })),
    separator('Miners'),
    ...miners.map((miner): Item => {
      return {
        label: `$(server) ${miner.id}`,
        description: `${miner.tenant} · ${miner.host}`,
        scope: { type: 'miner', miner },
      };
    }),
  ];
  const placeHolder = `The whole fleet, a tenant${tags.length === 0 ? '' : ', a tag'} or a miner`;
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return picked?.scope;
}

/** Each once. */
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort((a, b) => a.localeCompare(b));
}
