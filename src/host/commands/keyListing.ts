import * as vscode from 'vscode';
import type { KeySort } from '../../service/keyLevels';
import { SORT_LABELS } from '../keys/keyFilterText';
import { type CommandParts, requireServices } from './commandParts';
import { askFilter } from './keyFilterQuestions';

const SORT_DETAILS: Readonly<Record<KeySort, string>> = {
  name: 'As Redis’s bytes are ordered',
  ttl: 'What expires first comes first',
  size: 'The largest first',
};

/** *Filter Keys…*: one more condition, or one less. */
export async function filterKeys({ session, keysView }: CommandParts): Promise<void> {
  const services = await requireServices(session);
  const filter = await askFilter(keysView.filter, {
    datasets: services.policyFigures().map(({ dataset }) => dataset),
    tenants: [...new Set(services.inventory.current.miners.map(({ tenant }) => tenant))].sort(),
  });
  if (filter !== undefined) {
    keysView.filter = filter;
  }
}

/** *Clear Key Filter*. */
export function clearKeyFilter({ keysView }: CommandParts): void {
  keysView.filter = {};
}

/** *Sort Keys…*: the order within each level. */
export async function sortKeys({ keysView }: CommandParts): Promise<void> {
  const items = (Object.keys(SORT_LABELS) as KeySort[]).map((sort) => ({
    label: SORT_LABELS[sort],
    description: sort === keysView.sort ? 'now' : '',
    detail: SORT_DETAILS[sort],
    sort,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Sort Keys',
    placeHolder: 'Order within each level',
  });
  if (picked !== undefined) {
    keysView.sort = picked.sort;
  }
}
