import { ConfigurationError } from '../base/errors';
import { CURRENT_FIRMWARE, type Firmware, NEWEST_FIRMWARE, OLDER_FIRMWARE } from './firmware';
import { CONTROL_BOARDS, type ControlBoard, type MinerModelSpec, MODELS } from './models';
import { hash, SeededRandom } from './random';

/** All about a simulated miner that its seed decides once and for ever. */
export interface MinerProfile {
  readonly id: string;
  readonly tenant: string;
  readonly tags: readonly string[];
  /** Root of everything about this miner that varies with time. */
  readonly seed: number;
  readonly model: MinerModelSpec;
  readonly controlBoard: ControlBoard;
  readonly firmware: Firmware;
  readonly uid: string;
  readonly macAddress: string;
  readonly serialNumber: string;
  readonly psuSerialNumber: string;
  readonly boardSerialNumbers: readonly string[];
  /** What this machine yields of what the maker promises. */
  readonly quality: number;
  /** The control board reboots once per this span. */
  readonly rebootPeriodS: number;
  readonly temper: MinerTemper;
}

/** What sets a few miners of a fleet apart: a state that changes or is not normal, or an error. */
export type MinerTemper = 'steady' | 'restless' | 'paused' | 'suspended' | 'restricted' | 'not-started' | 'failing';

const SITES = ['north', 'east', 'south', 'west'];
const RACK_SIZE = 24;
const TENANTS = [
  'aurora-mining',
  'blue-ridge-hash',
  'cascade-energy',
  'dune-compute',
  'ember-hosting',
  'fjord-digital',
  'granite-power',
  'harbour-hash',
  'iron-valley',
  'juniper-data',
];
const DEFAULT_TENANTS = 3;
/** Below this size every miner is steady and up to date, so that a handful of miners holds no surprises. */
const SMALLEST_MIXED_FLEET = 10;
/** Per cent of a fleet; each at least one miner. */
const TEMPER_PERCENT: readonly (readonly [MinerTemper, number])[] = [
  ['restless', 3],
  ['failing', 4],
  ['paused', 1],
  ['suspended', 0.5],
  ['restricted', 1],
  ['not-started', 0.5],
];
const OLDER_FIRMWARE_PERCENT = 20;
const NEWEST_FIRMWARE_PERCENT = 5;
const HEX = '0123456789abcdef';
const SERIAL = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ';

/**
 * Makes up a fleet.
 *
 * @param tenants how many tenants share it; a few by default
 * @throws {ConfigurationError} when there are more tenants than miners.
 */
export function buildProfiles(count: number, seed: number, tenants?: number): MinerProfile[] {
  if (tenants !== undefined && tenants > count) {
    throw new ConfigurationError(`--tenants ${tenants} is more than --miners ${count}. Each tenant needs a miner.`);
  }
  const tenantCount = tenants ?? Math.min(DEFAULT_TENANTS, count);
  const tempers = chooseTempers(count, seed);
  const otherFirmware = chooseOtherFirmware(count, seed);
  const perSite = Math.ceil(count / SITES.length);
  return Array.from({ length: count }, (_, index) => {
    const minerSeed = hash(seed, 'miner', index);
    const random = new SeededRandom(minerSeed);
    const site = SITES[Math.floor(index / perSite)] ?? 'north';
    const place = index % perSite;
    const model = random.pick(MODELS);
    const rack = `${site.charAt(0)}${String(Math.floor(place / RACK_SIZE) + 1).padStart(2, '0')}`;
    return {
      id: `${site}-${String(place + 1).padStart(4, '0')}`,
      tenant: tenantName(index % tenantCount),
      tags: [modelTag(model), `site-${site}`, `rack-${rack}`],
      seed: minerSeed,
      model,
      controlBoard: random.pick(CONTROL_BOARDS),
      firmware: otherFirmware.get(index) ?? CURRENT_FIRMWARE,
      uid: random.text(HEX, 16),
      macAddress: macAddress(random, index),
      serialNumber: `SM${random.text(SERIAL, 15)}`,
      psuSerialNumber: `PS${random.text(SERIAL, 12)}`,
      boardSerialNumbers: Array.from({ length: model.boards }, () => `HB${random.text(SERIAL, 13)}`),
      quality: random.between(0.965, 1.012),
      rebootPeriodS: random.integer(5, 90) * 86_400 + random.integer(0, 86_399),
      temper: tempers.get(index) ?? 'steady',
    };
  });
}

/** `harbour-hash`, and past the names that there are `tenant-11`. */
function tenantName(index: number): string {
  return TENANTS[index] ?? `tenant-${index + 1}`;
}

function modelTag(model: MinerModelSpec): string {
  return model.name
    .toLowerCase()
    .replace(/\+/g, '-plus')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-+$/, '');
}

/** Unique, and locally administered, so that it is nobody's. */
function macAddress(random: SeededRandom, index: number): string {
  const own = index.toString(16).padStart(6, '0');
  return `02:${random.text(HEX, 2)}:${random.text(HEX, 2)}:${own.slice(0, 2)}:${own.slice(2, 4)}:${own.slice(4, 6)}`;
}

function chooseTempers(count: number, seed: number): Map<number, MinerTemper> {
  const tempers = new Map<number, MinerTemper>();
  if (count < SMALLEST_MIXED_FLEET) {
    return tempers;
  }
  const order = new SeededRandom(hash(seed, 'tempers')).order(count);
  for (const [temper, percent] of TEMPER_PERCENT) {
    for (const index of order.splice(0, atLeastOne(count, percent))) {
      tempers.set(index, temper);
    }
  }
  return tempers;
}

/** The oldest first, so that also a small fleet has some of it. */
function chooseOtherFirmware(count: number, seed: number): Map<number, Firmware> {
  const chosen = new Map<number, Firmware>();
  if (count < SMALLEST_MIXED_FLEET) {
    return chosen;
  }
  const order = new SeededRandom(hash(seed, 'firmware')).order(count);
  for (const index of order.splice(0, atLeastOne(count, NEWEST_FIRMWARE_PERCENT))) {
    chosen.set(index, NEWEST_FIRMWARE);
  }
  for (const [turn, index] of order.splice(0, atLeastOne(count, OLDER_FIRMWARE_PERCENT)).entries()) {
    chosen.set(index, OLDER_FIRMWARE[turn % OLDER_FIRMWARE.length] ?? CURRENT_FIRMWARE);
  }
  return chosen;
}

function atLeastOne(count: number, percent: number): number {
  return Math.max(1, Math.round((count * percent) / 100));
}
