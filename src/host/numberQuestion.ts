import { problemsOf, rangeText } from '../fleet/changeChecks';
import type { Miner } from '../fleet/miner';
import type { MinerChange } from '../fleet/minerChange';
import type { MinerConstraints, Range } from '../fleet/minerConstraints';

/** A number that a person is asked for, to make a change of it. */
export interface NumberQuestion {
  /** What it is, such as `Power target`. */
  readonly what: string;
  readonly unit: string;
  readonly example: string;
  /** Nothing written leaves it to each miner. */
  readonly mayBeBlank?: boolean;
  /** What a machine says that it takes, in the unit of the question. */
  range(constraints: MinerConstraints): Range | undefined;
  changeOf(value: number): MinerChange;
}

/** @param constraints of the one miner that is asked about, if it told them. */
export function promptOf(
  { what, unit, mayBeBlank, range }: NumberQuestion,
  miners: readonly Pick<Miner, 'id'>[],
  constraints: MinerConstraints | undefined,
): string {
  const limits = constraints === undefined ? undefined : range(constraints);
  const takes =
    limits === undefined ? 'within what each miner allows' : `${miners[0]?.id} takes ${rangeText(limits, unit)}`;
  return `${what} in ${unit}; ${takes}.${mayBeBlank ? ' Leave it blank for what each miner takes by itself.' : ''}`;
}

/** Why a text is no answer; `undefined` when it is one. */
export function problemOf(
  { example, mayBeBlank, changeOf }: NumberQuestion,
  text: string,
  constraints: MinerConstraints | undefined,
): string | undefined {
  if (mayBeBlank && isBlank(text)) {
    return undefined;
  }
  const value = Number(text);
  if (isBlank(text) || !Number.isFinite(value) || value <= 0) {
    return `Write a number above 0, such as ${example}.`;
  }
  return problemsOf(changeOf(value), constraints)[0];
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}
