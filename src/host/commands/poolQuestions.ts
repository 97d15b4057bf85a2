import * as vscode from 'vscode';
import { problemsOf } from '../../fleet/changeChecks';
import type { MinerChange } from '../../fleet/minerChange';
import type { PoolDraft } from '../../fleet/minerPools';
import type { ChangeTarget } from './changeTarget';

/** Of the only group, which needs a name all the same. */
const GROUP = 'default';
/** Nobody needs more to fall back on. */
const MOST_POOLS = 8;

const DONE = '$(check) These are all';
const ANOTHER = '$(add) Add a pool to fall back on…';

/** Has a person name the pools that miners are to work for, each tried when those before it do not answer. */
export async function askPools({ title }: ChangeTarget): Promise<MinerChange | undefined> {
  const pools: PoolDraft[] = [];
  for (;;) {
    const pool = await askPool(title, pools.length + 1);
    if (pool === undefined) {
      return undefined;
    }
    pools.push(pool);
    const next = pools.length < MOST_POOLS ? await vscode.window.showQuickPick([DONE, ANOTHER], { title }) : DONE;
    if (next === undefined) {
      return undefined;
    }
    if (next === DONE) {
      return changeTo(pools);
    }
  }
}

async function askPool(title: string, number: number): Promise<PoolDraft | undefined> {
  const box = { title: `${title}: Pool ${number}`, ignoreFocusOut: true };
  const url = await vscode.window.showInputBox({
    ...box,
    prompt: 'URL of the pool',
    placeHolder: 'stratum+tcp://pool.example:3333',
    validateInput: (text) => problemsOf(changeTo([{ url: text.trim(), user: 'anybody' }]), undefined)[0],
  });
  if (url === undefined) {
    return undefined;
  }
  const user = await vscode.window.showInputBox({
    ...box,
    prompt: 'User at the pool, the same for all miners',
    placeHolder: 'account.worker',
    validateInput: (text) => (text.trim() === '' ? 'Write the user that the pool knows.' : undefined),
  });
  if (user === undefined) {
    return undefined;
  }
  const password = await vscode.window.showInputBox({
    ...box,
    prompt: 'Password at the pool, which is kept nowhere here. Leave it blank if there is none.',
    password: true,
  });
  if (password === undefined) {
    return undefined;
  }
  const pool = { url: url.trim(), user: user.trim(), enabled: true };
  return password === '' ? pool : { ...pool, password };
}

function changeTo(pools: readonly PoolDraft[]): MinerChange {
  return { type: 'pool-groups', groups: [{ name: GROUP, share: { type: 'quota', quota: 1 }, pools }] };
}
