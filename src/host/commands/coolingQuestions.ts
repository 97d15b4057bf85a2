import * as vscode from 'vscode';
import type { MinerChange } from '../../fleet/minerChange';
import type { Range } from '../../fleet/minerConstraints';
import type { CoolingMode } from '../../fleet/minerCooling';
import type { NumberQuestion } from '../numberQuestion';
import { askNumber, type ChangeTarget, constraintsOf } from './changeTarget';

const MODES: readonly (vscode.QuickPickItem & { readonly mode: CoolingMode['mode'] })[] = [
  { label: '$(sync) Automatic', description: 'the fans follow the temperature', mode: 'auto' },
  { label: '$(settings) Manual', description: 'the fans turn as told', mode: 'manual' },
  { label: '$(beaker) Immersion', description: 'in a bath, without fans', mode: 'immersion' },
  { label: '$(cloud) Hydro', description: 'by water, without fans', mode: 'hydro' },
];

const FAN_SPEED: NumberQuestion = {
  what: 'Fan speed',
  unit: '% of full speed',
  example: '70',
  range: ({ cooling }) => inPercent(cooling?.fanSpeedRatio),
  changeOf: (percent) => ({ type: 'cooling', mode: { mode: 'manual', fanSpeedRatio: percent / 100 } }),
};

/** Has a person choose how miners are cooled. `undefined` when they think better of it. */
export async function askCooling(target: ChangeTarget): Promise<MinerChange | undefined> {
  const { title } = target;
  const picked = await vscode.window.showQuickPick(MODES, { title, placeHolder: 'How they are cooled' });
  if (picked === undefined) {
    return undefined;
  }
  const { mode } = picked;
  const constraints = await constraintsOf(target);
  const speed = mode === 'manual' ? await askNumber(target, FAN_SPEED, constraints) : {};
  const temperature = speed && (await askNumber(target, targetTemperature(mode), constraints));
  if (speed === undefined || temperature === undefined) {
    return undefined;
  }
  const known = temperature.value === undefined ? {} : { targetTempC: temperature.value };
  return mode === 'manual' && speed.value !== undefined
    ? { type: 'cooling', mode: { mode, fanSpeedRatio: speed.value / 100, ...known } }
    : { type: 'cooling', mode: { mode, ...known } };
}

function targetTemperature(mode: CoolingMode['mode']): NumberQuestion {
  return {
    what: 'Target temperature',
    unit: '°C',
    example: '70',
    mayBeBlank: true,
    range: ({ cooling }) => cooling?.targetTempC,
    changeOf: (targetTempC) => ({ type: 'cooling', mode: { mode, targetTempC } }),
  };
}

function inPercent(ratio: Range | undefined): Range | undefined {
  if (ratio === undefined) {
    return undefined;
  }
  const [min, max] = [ratio.min, ratio.max].map((bound) => (bound === undefined ? undefined : bound * 100));
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
