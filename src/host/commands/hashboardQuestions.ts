import * as vscode from 'vscode';
import type { Miner } from '../../fleet/miner';
import type { MinerChange } from '../../fleet/minerChange';
import { showInformation } from '../messages';
import { withProgress } from '../progress';
import { type ChangeTarget, singleMiner } from './changeTarget';

/** Has a person choose hashboards: of one miner those that can be switched, of several by their ids. */
export async function askHashboards(target: ChangeTarget, on: boolean): Promise<MinerChange | undefined> {
  const miner = singleMiner(target);
  const ids = await (miner === undefined ? askIds(target, on) : pickBoards(target, miner, on));
  return ids === undefined || ids.length === 0 ? undefined : { type: 'hashboards', ids, on };
}

async function pickBoards(
  { services, title }: ChangeTarget,
  miner: Miner,
  on: boolean,
): Promise<readonly string[] | undefined> {
  const { data } = await withProgress(`Reading the hashboards of ${miner.id}`, 'miners', (_, signal) =>
    // What somebody else has just switched must not be offered again.
    services.reads.miner(miner, 'hashboards', { refresh: true, signal }),
  );
  const items = data.flatMap(({ id, enabled, boardName }) =>
    id === undefined || enabled === on
      ? []
      : [{ label: `Hashboard ${id}`, ...(boardName === undefined ? {} : { description: boardName }), id }],
  );
  if (items.length === 0) {
    showInformation(`No hashboard of ${miner.id} is to be switched ${stateName(on)}.`);
    return undefined;
  }
  const placeHolder = `Which of them to switch ${stateName(on)}`;
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  return picked?.map(({ id }) => id);
}

async function askIds({ title }: ChangeTarget, on: boolean): Promise<readonly string[] | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: `Ids of the hashboards to switch ${stateName(on)}; a miner that lacks one of them is left as it is.`,
    placeHolder: '1, 2, 3',
    ignoreFocusOut: true,
    validateInput: (value) => (idsOf(value).length > 0 ? undefined : 'Write one id or several, such as 1, 2, 3.'),
  });
  return text === undefined ? undefined : idsOf(text);
}

function idsOf(text: string): readonly string[] {
  return [...new Set(text.split(',').map((id) => id.trim()))].filter((id) => id !== '');
}

function stateName(on: boolean): string {
  return on ? 'on' : 'off';
}
