import type { MinerChange } from './minerChange';
import type { CoolingConstraints, MinerConstraints, Range } from './minerConstraints';
import type { CoolingMode } from './minerCooling';
import type { PoolDraft, PoolGroupDraft } from './minerPools';

/** Changes that a machine says the limits of. */
const CONSTRAINED: readonly MinerChange['type'][] = ['power-target', 'hashrate-target', 'cooling', 'hashboards'];

const POOL_URL = /^stratum2?\+(tcp|ssl|tls):\/\/[^\s/]+/i;

/** Whether {@link problemsOf} needs to know the machine's constraints. */
export function isConstrained(change: MinerChange): boolean {
  return CONSTRAINED.includes(change.type);
}

/**
 * What of a change a machine cannot do, each in one sentence that says what it can. A limit that the machine does not tell
 * limits nothing.
 *
 * @param constraints of the machine; `undefined` when its firmware does not tell them.
 */
export function problemsOf(change: MinerChange, constraints: MinerConstraints | undefined): readonly string[] {
  switch (change.type) {
    case 'power-target':
      return outOf('The power target', change.powerW, 'W', constraints?.tuner?.powerTargetW);
    case 'hashrate-target':
      return outOf('The hashrate target', change.hashrateThs, 'TH/s', constraints?.tuner?.hashrateTargetThs);
    case 'cooling':
      return coolingProblems(change.mode, constraints?.cooling ?? {});
    case 'hashboards':
      return hashboardProblems(change.ids, constraints?.hashboards?.hashboardIds);
    case 'pool-groups':
      return poolProblems(change.groups);
    default:
      return [];
  }
}

function outOf(name: string, value: number | undefined, unit: string, range: Range | undefined): readonly string[] {
  if (value === undefined) {
    return [];
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range ?? {};
  if (Number.isFinite(value) && value >= min && value <= max) {
    return [];
  }
  return [`${name} is ${value} ${unit}; this miner takes ${rangeText(range, unit)}.`];
}

/** A range in words: `1000 to 3500 W`, `40 TH/s or more`. */
export function rangeText({ min, max }: Range = {}, unit: string): string {
  if (min !== undefined && max !== undefined) {
    return `${min} to ${max} ${unit}`;
  }
  return min !== undefined
    ? `${min} ${unit} or more`
    : max !== undefined
      ? `${max} ${unit} or less`
      : `a number of ${unit}`;
}

function percent(ratio: number): number {
  // 0.07 × 100 is not 7 in binary numbers.
  return Math.round(ratio * 10_000) / 100;
}

function percentRange({ min, max }: Range = {}): Range {
  return { ...(min === undefined ? {} : { min: percent(min) }), ...(max === undefined ? {} : { max: percent(max) }) };
}

function fanSpeedProblems(ratio: number | undefined, range: Range | undefined): readonly string[] {
  return ratio === undefined ? [] : outOf('The fan speed', percent(ratio), '% of full speed', percentRange(range));
}

function coolingProblems(mode: CoolingMode, limits: CoolingConstraints): readonly string[] {
  const problems = [
    ...outOf('The target temperature', mode.targetTempC, '°C', limits.targetTempC),
    ...outOf('The hot temperature', mode.hotTempC, '°C', limits.hotTempC),
    ...outOf('The dangerous temperature', mode.dangerousTempC, '°C', limits.dangerousTempC),
    ...fanProblems(mode, limits),
  ];
  const rising = [mode.targetTempC, mode.hotTempC, mode.dangerousTempC].filter((tempC) => tempC !== undefined);
  if (rising.some((tempC, index) => index > 0 && tempC <= (rising[index - 1] as number))) {
    problems.push(
      `The temperatures are ${rising.join(', ')} °C; target, hot and dangerous have to rise in this order.`,
    );
  }
  return problems;
}

function fanProblems(mode: CoolingMode, limits: CoolingConstraints): readonly string[] {
  switch (mode.mode) {
    case 'auto':
      return [
        ...outOf('The lowest fan speed', mode.minFanSpeedPercent, '%', limits.minFanSpeedPercent),
        ...outOf('The highest fan speed', mode.maxFanSpeedPercent, '%', limits.maxFanSpeedPercent),
        ...outOf('The number of fans that must turn', mode.minimumRequiredFans, 'fans', limits.minimumRequiredFans),
      ];
    case 'manual':
      return [
        ...fanSpeedProblems(mode.fanSpeedRatio, limits.fanSpeedRatio),
        ...outOf('The number of fans that must turn', mode.minimumRequiredFans, 'fans', limits.minimumRequiredFans),
      ];
    default:
      return [];
  }
}

function hashboardProblems(ids: readonly string[], known: readonly string[] | undefined): readonly string[] {
  if (ids.length === 0) {
    return ['No hashboard is named.'];
  }
  return known === undefined || known.length === 0
    ? []
    : ids
        .filter((id) => !known.includes(id))
        .map((id) => `There is no hashboard ${id}; this miner has ${known.join(', ')}.`);
}

function poolProblems(groups: readonly PoolGroupDraft[]): readonly string[] {
  const names = groups.map(({ name }) => name);
  return [
    ...(groups.length === 0 ? ['There is no pool group; a miner needs one with a pool.'] : []),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `Two pool groups are named "${name}"; each needs a name of its own.`),
    ...groups.flatMap(({ name, pools }) =>
      pools.length === 0 ? [`The pool group "${name}" has no pool.`] : pools.flatMap((pool) => poolProblem(name, pool)),
    ),
  ];
}

function poolProblem(group: string, { url, user }: PoolDraft): readonly string[] {
  if (!POOL_URL.test(url)) {
    // Not quoted: a password may stand in it.
    return [`A pool of "${group}" has no URL such as stratum+tcp://pool.example:3333.`];
  }
  return user === '' ? [`A pool of "${group}" has no user.`] : [];
}
