import * as vscode from 'vscode';
import type { KeyFilter } from '../../service/keyLevels';
import { parseByteSize } from '../byteSizeText';
import { describeFilter, without } from '../keys/keyFilterText';

/** What the fleet offers to choose from. */
export interface FilterChoices {
  readonly datasets: readonly NonNullable<KeyFilter['dataset']>[];
  readonly tenants: readonly string[];
}

const TITLE = 'Filter Keys';
const TYPES = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'json'];

interface ConditionItem extends vscode.QuickPickItem {
  readonly change: () => Promise<KeyFilter | undefined>;
}

/** Asks for one condition, to add or to replace. `undefined` when the person leaves. */
export async function askFilter(
  filter: KeyFilter,
  { datasets, tenants }: FilterChoices,
): Promise<KeyFilter | undefined> {
  const current = describeFilter(filter);
  const items: ConditionItem[] = [
    item('$(regex) Pattern…', 'Glob over the whole name: v1:cache:miner:*:status', filter.pattern, () =>
      askPattern(filter),
    ),
    item('$(search) Text…', 'Part of the name, capital or small', filter.text, () => askText(filter)),
    item('$(symbol-class) Type…', 'string, hash, list, …', filter.type, () => pickOne(filter, 'type', TYPES)),
    item('$(database) Dataset…', 'Entries of one dataset', filter.dataset, () => pickOne(filter, 'dataset', datasets)),
    item('$(organization) Tenant…', 'Entries of one tenant’s miners', filter.tenant, () =>
      pickOne(filter, 'tenant', tenants),
    ),
    toggle(filter, 'noExpiry', 'No expiry', 'Keys that never expire'),
    item(
      '$(arrow-up) Over a size…',
      'Keys larger than that',
      filter.overBytes === undefined ? undefined : `${filter.overBytes} B`,
      () => askSize(filter),
    ),
    toggle(filter, 'staleOrVoid', 'Stale or void', 'Entries past their TTL, or invalidated'),
    ...(current === '' ? [] : [item('$(clear-all) Clear filter', current, undefined, async () => ({}))]),
  ];
  const placeHolder = current === '' ? 'A condition; several may hold together' : `Now: ${current}`;
  const picked = await vscode.window.showQuickPick(items, { title: TITLE, placeHolder, matchOnDetail: true });
  return picked?.change();
}

function item(label: string, detail: string, now: string | undefined, change: ConditionItem['change']): ConditionItem {
  return { label, detail, description: now ?? '', change };
}

function toggle(
  filter: KeyFilter,
  condition: 'noExpiry' | 'staleOrVoid',
  label: string,
  detail: string,
): ConditionItem {
  const isOn = filter[condition] === true;
  const icon = isOn ? '$(pass-filled)' : '$(circle-large-outline)';
  return item(`${icon} ${label}`, detail, isOn ? 'on' : undefined, async () =>
    isOn ? without(filter, condition) : { ...filter, [condition]: true },
  );
}

/** Nothing written takes the condition away. */
async function askWord(
  filter: KeyFilter,
  condition: 'pattern' | 'text',
  options: vscode.InputBoxOptions,
): Promise<KeyFilter | undefined> {
  const typed = await vscode.window.showInputBox({ title: TITLE, value: filter[condition] ?? '', ...options });
  if (typed === undefined) {
    return undefined;
  }
  return typed.trim() === '' ? without(filter, condition) : { ...filter, [condition]: typed.trim() };
}

function askPattern(filter: KeyFilter): Promise<KeyFilter | undefined> {
  return askWord(filter, 'pattern', {
    prompt:
      'A glob over the whole name: * is any text, ? one character, [ab] one of these. Leave it empty for all keys.',
    placeHolder: 'v1:cache:miner:*:status',
    ignoreFocusOut: true,
  });
}

function askText(filter: KeyFilter): Promise<KeyFilter | undefined> {
  return askWord(filter, 'text', {
    prompt: 'A part of the name, in capital or small letters. Leave it empty for all keys.',
    placeHolder: 'miner-12',
    ignoreFocusOut: true,
  });
}

async function pickOne<K extends 'type' | 'dataset' | 'tenant'>(
  filter: KeyFilter,
  condition: K,
  values: readonly NonNullable<KeyFilter[K]>[],
): Promise<KeyFilter | undefined> {
  const any = { label: 'Any', description: filter[condition] === undefined ? 'now' : '', value: undefined };
  const items = values.map((value) => ({
    label: value as string,
    description: value === filter[condition] ? 'now' : '',
    value,
  }));
  const picked = await vscode.window.showQuickPick([any, ...items], {
    title: TITLE,
    placeHolder: `Which ${condition}`,
  });
  if (picked === undefined) {
    return undefined;
  }
  return picked.value === undefined ? without(filter, condition) : { ...filter, [condition]: picked.value };
}

async function askSize(filter: KeyFilter): Promise<KeyFilter | undefined> {
  const typed = await vscode.window.showInputBox({
    title: TITLE,
    prompt: 'Keys larger than this. Leave it empty for keys of any size.',
    placeHolder: '10k',
    ignoreFocusOut: true,
    value: filter.overBytes === undefined ? '' : String(filter.overBytes),
    validateInput: (text) => (text.trim() === '' ? undefined : parseByteSize(text).problem),
  });
  if (typed === undefined) {
    return undefined;
  }
  const { bytes } = parseByteSize(typed);
  return bytes === undefined ? without(filter, 'overBytes') : { ...filter, overBytes: bytes };
}
