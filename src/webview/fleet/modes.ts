import type { MinerCell } from '../../protocol/dashboard';
import type { DataColour } from '../colours';
import { formatHashrate, formatRatio, formatSeconds, formatTemperature } from '../format';
import type { GridMode } from '../viewState';

/** A form that is drawn in a cell, so that what is wrong is not told by colour alone. */
export type Glyph = 'none' | 'cross' | 'bars' | 'slash' | 'bang' | 'dot' | 'question';

/** One way in which a cell looks, and what it means. */
export interface Look {
  readonly label: string;
  readonly colour: DataColour;
  readonly glyph: Glyph;
  /** Only the outline is drawn: there is nothing to show. */
  readonly isHollow?: true;
}

export const STATE_LOOKS: Readonly<Record<MinerCell['state'], Look>> = {
  normal: { label: 'normal', colour: 'normal', glyph: 'none' },
  paused: { label: 'paused', colour: 'paused', glyph: 'bars' },
  suspended: { label: 'suspended', colour: 'suspended', glyph: 'slash' },
  restricted: { label: 'restricted', colour: 'restricted', glyph: 'bang' },
  'not-started': { label: 'not started', colour: 'off', glyph: 'dot' },
  offline: { label: 'offline', colour: 'miss', glyph: 'cross' },
  unknown: { label: 'state unknown', colour: 'off', glyph: 'question', isHollow: true },
  unread: { label: 'not read yet', colour: 'off', glyph: 'none', isHollow: true },
};

const NO_DATA: Look = { label: 'not known', colour: 'off', glyph: 'none', isHollow: true };

const TEMPERATURES = steps('°C', [
  ['under 40', 'step-1'],
  ['40–55', 'step-2'],
  ['55–70', 'step-3'],
  ['70–85', 'step-4'],
  ['85 and over', 'step-5'],
]);
const HASHRATES = steps('% of nominal', [
  ['100 and over', 'step-1'],
  ['90–100', 'step-2'],
  ['75–90', 'step-3'],
  ['50–75', 'step-4'],
  ['under 50', 'step-5'],
]);
const FRESHNESS = steps('', [
  ['first half of TTL', 'step-1'],
  ['second half of TTL', 'step-2'],
  ['just expired', 'step-4'],
  ['expired for longer than its TTL', 'step-5'],
]);

export const MODE_LABELS: Readonly<Record<GridMode, string>> = {
  state: 'State',
  temperature: 'Temperature',
  hashrate: 'Hashrate',
  freshness: 'Freshness',
};

/** How a miner is drawn. One that is offline shows so in every mode. */
export function lookOf(miner: MinerCell, mode: GridMode, now: number): Look {
  if (mode === 'state' || (miner.state === 'offline' && mode !== 'freshness')) {
    return stateLook(miner);
  }
  switch (mode) {
    case 'temperature':
      return stepOf(TEMPERATURES, miner.temperatureC, [40, 55, 70, 85]);
    case 'hashrate': {
      const lack = nominalRatio(miner);
      return stepOf(HASHRATES, lack === undefined ? undefined : -lack, [-1, -0.9, -0.75, -0.5], true);
    }
    case 'freshness':
      return stepOf(FRESHNESS, ageInTtls(miner, now), [0.5, 1, 2]);
  }
}

/** All looks of a mode, for its legend. */
export function looksOf(mode: GridMode): readonly Look[] {
  switch (mode) {
    case 'state':
      return Object.values(STATE_LOOKS);
    case 'temperature':
      return [...TEMPERATURES, STATE_LOOKS.offline, NO_DATA];
    case 'hashrate':
      return [...HASHRATES, STATE_LOOKS.offline, NO_DATA];
    case 'freshness':
      return [...FRESHNESS, NO_DATA];
  }
}

/** What a later version of the host may send is a state that is not known. */
export function stateLook({ state }: MinerCell): Look {
  return Object.hasOwn(STATE_LOOKS, state) ? STATE_LOOKS[state] : STATE_LOOKS.unknown;
}

/** The figures of a miner for people, by their names. */
export function figuresOf(miner: MinerCell, now: number): readonly (readonly [name: string, value: string])[] {
  const ratio = nominalRatio(miner);
  const hashrate = formatHashrate(miner.hashrateThs);
  const ageS = miner.fetchedAt === undefined ? undefined : Math.max(0, (now - miner.fetchedAt) / 1000);
  return [
    ['State', stateLook(miner).label],
    ['Hashrate', ratio === undefined ? hashrate : `${hashrate} (${formatRatio(ratio)} of nominal)`],
    ['Temperature', formatTemperature(miner.temperatureC)],
    ['Power', miner.powerW === undefined ? '–' : `${Math.round(miner.powerW).toLocaleString('en')} W`],
    ['Age of data', ageS === undefined ? '–' : `${formatSeconds(ageS)}${freshnessText(miner, now)}`],
  ];
}

function freshnessText(miner: MinerCell, now: number): string {
  const age = ageInTtls(miner, now);
  return age === undefined ? '' : age <= 1 ? ', fresh' : ', expired';
}

function nominalRatio({ hashrateThs, nominalHashrateThs }: MinerCell): number | undefined {
  return hashrateThs === undefined || !nominalHashrateThs ? undefined : hashrateThs / nominalHashrateThs;
}

function ageInTtls({ fetchedAt, ttlS }: MinerCell, now: number): number | undefined {
  return fetchedAt === undefined || !ttlS ? undefined : (now - fetchedAt) / 1000 / ttlS;
}

/** The worst step has a dot. */
function steps(unit: string, ranges: readonly (readonly [label: string, colour: DataColour])[]): readonly Look[] {
  return ranges.map(([label, colour], index) => ({
    label: unit === '' ? label : `${label} ${unit}`,
    colour,
    glyph: index === ranges.length - 1 ? 'dot' : 'none',
  }));
}

/** The step whose limit is the first one above the value; where `isInclusive`, the limit itself belongs below it. */
function stepOf(
  looks: readonly Look[],
  value: number | undefined,
  limits: readonly number[],
  isInclusive = false,
): Look {
  if (value === undefined) {
    return NO_DATA;
  }
  const index = limits.findIndex((limit) => (isInclusive ? value <= limit : value < limit));
  return looks[index === -1 ? limits.length : index] ?? NO_DATA;
}
