import * as vscode from 'vscode';
import type { Miner } from '../../fleet/miner';
import type { MinerConstraints } from '../../fleet/minerConstraints';
import type { FleetServices } from '../../service/fleetServices';
import { isBlank, type NumberQuestion, problemOf, promptOf } from '../numberQuestion';
import { withProgress } from '../progress';

/** The miners that a change is asked for. */
export interface ChangeTarget {
  readonly services: FleetServices;
  /** Of the boxes in which is asked. */
  readonly title: string;
  readonly miners: readonly Miner[];
}

/** The one miner that is meant; `undefined` when several are. */
export function singleMiner({ miners }: ChangeTarget): Miner | undefined {
  return miners.length === 1 ? miners[0] : undefined;
}

/**
 * What the one miner that is meant can be set to; `undefined` when it does not tell, and for several, each of which is checked
 * when it is told.
 *
 * @throws {SourceError}
 */
export async function constraintsOf(target: ChangeTarget): Promise<MinerConstraints | undefined> {
  const miner = singleMiner(target);
  return miner === undefined
    ? undefined
    : withProgress(`Asking ${miner.id} what it takes`, 'miners', (_, signal) =>
        target.services.writer.constraints(miner, signal),
      );
}

/** @returns `undefined` when the person thinks better of it; without a `value` when they left it blank. */
export async function askNumber(
  { title, miners }: ChangeTarget,
  question: NumberQuestion,
  constraints: MinerConstraints | undefined,
): Promise<{ readonly value?: number } | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: promptOf(question, miners, constraints),
    placeHolder: question.example,
    ignoreFocusOut: true,
    validateInput: (value) => problemOf(question, value, constraints),
  });
  return text === undefined ? undefined : isBlank(text) ? {} : { value: Number(text) };
}
