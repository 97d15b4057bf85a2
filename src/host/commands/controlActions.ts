import type { QuickPickItem } from 'vscode';
import type { MinerChange } from '../../fleet/minerChange';
import type { NumberQuestion } from '../numberQuestion';
import { askNumber, type ChangeTarget, constraintsOf } from './changeTarget';
import { askCooling } from './coolingQuestions';
import { askHashboards } from './hashboardQuestions';
import { askPools } from './poolQuestions';

export interface Action extends QuickPickItem {
  /** The change, asked for if it needs a value; `undefined` when the person thinks better of it. */
  change(target: ChangeTarget): Promise<MinerChange | undefined> | MinerChange;
}

const POWER_TARGET: NumberQuestion = {
  what: 'Power target',
  unit: 'W',
  example: '3000',
  range: ({ tuner }) => tuner?.powerTargetW,
  changeOf: (powerW) => ({ type: 'power-target', powerW }),
};

const HASHRATE_TARGET: NumberQuestion = {
  what: 'Hashrate target',
  unit: 'TH/s',
  example: '100',
  range: ({ tuner }) => tuner?.hashrateTargetThs,
  changeOf: (hashrateThs) => ({ type: 'hashrate-target', hashrateThs }),
};

/** What miners can be told to do. */
export const ACTIONS: readonly Action[] = [
  { label: '$(debug-pause) Pause mining', change: () => ({ type: 'pause' }) },
  { label: '$(play) Resume mining', change: () => ({ type: 'resume' }) },
  {
    label: '$(dashboard) Set power target…',
    description: 'in watts',
    change: (target) => askTarget(target, POWER_TARGET),
  },
  {
    label: '$(pulse) Set hashrate target…',
    description: 'in TH/s',
    change: (target) => askTarget(target, HASHRATE_TARGET),
  },
  {
    label: '$(flame) Set cooling…',
    description: 'mode, temperature and fans',
    change: askCooling,
  },
  { label: '$(circuit-board) Switch hashboards on…', change: (target) => askHashboards(target, true) },
  { label: '$(circle-slash) Switch hashboards off…', change: (target) => askHashboards(target, false) },
  {
    label: '$(server-process) Set pools…',
    description: 'in the place of all that they have',
    change: askPools,
  },
  { label: '$(lightbulb) Blink, to be found', change: () => ({ type: 'locate', on: true }) },
  { label: '$(lightbulb-empty) Stop blinking', change: () => ({ type: 'locate', on: false }) },
  { label: '$(debug-restart) Restart mining software', change: () => ({ type: 'restart' }) },
  { label: '$(sync) Reboot', description: 'the control board', change: () => ({ type: 'reboot' }) },
];

async function askTarget(target: ChangeTarget, question: NumberQuestion): Promise<MinerChange | undefined> {
  const answer = await askNumber(target, question, await constraintsOf(target));
  return answer?.value === undefined ? undefined : question.changeOf(answer.value);
}
