import { ConfigurationError, describeError } from '../base/errors';
import { SeededRandom } from './random';

/**
 * What is wrong with a part of the fleet:
 * - `offline`: nothing listens;
 * - `slow`: every answer comes late;
 * - `flap`: it goes down and up again;
 * - `hang`: it takes calls and never answers them;
 * - `hangconnect`: it takes connections and never says a word;
 * - `dropstream`: its streams are cut every so often;
 * - `expire`: a token dies some time after the login, however much it is used;
 * - `wrongtype`: its answers cannot be read;
 * - `reboot`: it goes away for a while and comes back with an uptime of 0, and again four times as long after that.
 */
export type FaultKind =
  | 'offline'
  | 'slow'
  | 'flap'
  | 'hang'
  | 'hangconnect'
  | 'dropstream'
  | 'expire'
  | 'wrongtype'
  | 'reboot';

export interface FaultShare {
  readonly kind: FaultKind;
  /** Per cent of the fleet, above 0 up to 100. */
  readonly percent: number;
  /**
   * Delay of each answer, length of one down-and-up cycle, time between two cuts, life of a token, or length of a reboot; 0 for
   * kinds that know no time.
   */
  readonly durationMs: number;
}

/** The fault of one miner. */
export type Fault = Pick<FaultShare, 'kind' | 'durationMs'>;

/** 0: knows no time. */
const DEFAULT_DURATION_MS: Readonly<Record<FaultKind, number>> = {
  offline: 0,
  slow: 3_000,
  flap: 30_000,
  hang: 0,
  hangconnect: 0,
  dropstream: 20_000,
  expire: 30_000,
  wrongtype: 0,
  reboot: 120_000,
};
export const FAULT_KINDS = Object.keys(DEFAULT_DURATION_MS) as FaultKind[];

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
/** Of what is done over and over. */
const MIN_PERIOD_MS = 100;
/** Far below what a timer can wait for. */
const MAX_DURATION_MS = 86_400_000;

/**
 * A fault of that kind.
 *
 * @param durationMs `undefined` for the kind's usual one
 * @throws {ConfigurationError} when the kind cannot have that duration.
 */
export function makeFault(kind: FaultKind, durationMs?: number): Fault {
  const usualMs = DEFAULT_DURATION_MS[kind];
  if (durationMs === undefined) {
    return { kind, durationMs: usualMs };
  }
  if (usualMs === 0) {
    throw new ConfigurationError(`There is no duration for ${kind}. Leave it out.`);
  }
  const leastMs = kind === 'slow' ? 1 : MIN_PERIOD_MS;
  if (!(durationMs >= leastMs && durationMs <= MAX_DURATION_MS)) {
    throw new ConfigurationError(
      `The duration of ${kind} has to be from ${leastMs}ms to ${MAX_DURATION_MS / 3_600_000} hours.`,
    );
  }
  return { kind, durationMs };
}

/**
 * Reads `offline=5%,slow=2%:3000ms,flap=1%:30s,hang=1%`.
 *
 * @throws {ConfigurationError} that quotes the part that cannot be read and says what may stand there.
 */
export function parseFaults(text: string): FaultShare[] {
  const shares: FaultShare[] = [];
  for (const part of text.split(',')) {
    const share = parseShare(part.trim());
    if (shares.some((other) => other.kind === share.kind)) {
      throw new ConfigurationError(`--faults names "${share.kind}" twice. Give each fault once.`);
    }
    shares.push(share);
  }
  const total = shares.reduce((sum, share) => sum + share.percent, 0);
  if (total > 100) {
    throw new ConfigurationError(`--faults adds up to ${total}% of the fleet. Keep the sum at or below 100%.`);
  }
  return shares;
}

function parseShare(part: string): FaultShare {
  const [kind, value, ...rest] = part.split('=');
  if (kind === undefined || !isFaultKind(kind)) {
    throw new ConfigurationError(
      `--faults does not know "${kind}" in "${part}". Use ${FAULT_KINDS.slice(0, -1).join(', ')} or ${FAULT_KINDS.at(-1)}.`,
    );
  }
  const [percentText, durationText, ...more] = (value ?? '').split(':');
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(percentText ?? '')?.[1];
  if (percent === undefined || Number(percent) <= 0 || Number(percent) > 100 || rest.length + more.length > 0) {
    throw new ConfigurationError(
      `--faults cannot read "${part}". Write a share of the fleet above 0% up to 100%, such as "${kind}=5%".`,
    );
  }
  const durationMs = durationText === undefined ? undefined : parseDuration(durationText, part);
  try {
    return { ...makeFault(kind, durationMs), percent: Number(percent) };
  } catch (error) {
    throw new ConfigurationError(`--faults cannot use "${part}". ${describeError(error)}`, { cause: error });
  }
}

function parseDuration(text: string, part: string): number {
  const [, amount, unitName] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  const durationMs = Number(amount) * (UNIT_MS[unitName ?? ''] ?? Number.NaN);
  if (!(durationMs > 0)) {
    throw new ConfigurationError(
      `--faults cannot read the duration "${text}" in "${part}". Write it with its unit: 300ms, 30s or 2m.`,
    );
  }
  return durationMs;
}

function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(DEFAULT_DURATION_MS, text);
}

/**
 * Chooses, by seed, which miners get which fault; no miner gets two, and every share gets at least one miner.
 *
 * @returns the fault by the miner's index.
 * @throws {ConfigurationError} when the shares need more miners than there are.
 */
export function assignFaults(shares: readonly FaultShare[], miners: number, seed: number): Map<number, Fault> {
  const counts = shares.map((share) => Math.max(1, Math.floor((miners * share.percent) / 100 + 0.5)));
  // Rounding up may take one miner too many from a small fleet: the largest share gives way.
  while (sum(counts) > miners && Math.max(...counts) > 1) {
    const largest = counts.indexOf(Math.max(...counts));
    counts[largest] = (counts[largest] ?? 0) - 1;
  }
  if (sum(counts) > miners) {
    throw new ConfigurationError(
      `--faults needs at least ${counts.length} miners, one for each fault, but the fleet has ${miners}.`,
    );
  }
  const order = new SeededRandom(seed).order(miners);
  const faults = new Map<number, Fault>();
  for (const [index, share] of shares.entries()) {
    for (const miner of order.splice(0, counts[index])) {
      faults.set(miner, { kind: share.kind, durationMs: share.durationMs });
    }
  }
  return faults;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
