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

/** Lets a person choose the fleet, a tenant or a miner. `undefined` when they think better of it. */
export async function pickScope(services: FleetServices, title: string): Promise<FleetScope | undefined> {
  type Item = vscode.QuickPickItem & { readonly scope?: FleetScope };
  const { miners } = services.inventory.current;
  const tenants = [...new Set(miners.map(({ tenant }) => tenant))].sort((a, b) => a.localeCompare(b));
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: Item[] = [
    {
      label: '$(server-environment) Whole fleet',
      description: plural(miners.length, 'miner'),
      scope: { type: 'fleet' },
    },
    separator('Tenants'),
    ...tenants.map((tenant): Item => {
      const scope: FleetScope = { type: 'tenant', tenant };
      const description = plural(minersInScope(miners, scope).length, 'miner');
      return { label: `$(organization) ${tenant}`, description, scope };
    }),
    separator('Miners'),
    ...miners.map((miner): Item => {
      return {
        label: `$(server) ${miner.id}`,
        description: `${miner.tenant} · ${miner.host}`,
        scope: { type: 'miner', miner },
      };
    }),
  ];
  const placeHolder = 'The whole fleet, a tenant or a miner';
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return picked?.scope;
}
