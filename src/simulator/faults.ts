import { ConfigurationError } from '../base/errors';
import { SeededRandom } from './random';

/** What is wrong with a part of the fleet: nothing listens, every answer comes late, or it goes down and up again. */
export type FaultKind = 'offline' | 'slow' | 'flap';

export interface FaultShare {
  readonly kind: FaultKind;
  /** Per cent of the fleet, above 0 up to 100. */
  readonly percent: number;
  /** Delay of each answer, or length of one down-and-up cycle; 0 for `offline`. */
  readonly durationMs: number;
}

/** The fault of one miner. */
export type Fault = Pick<FaultShare, 'kind' | 'durationMs'>;

const DEFAULT_DURATION_MS: Readonly<Record<FaultKind, number>> = { offline: 0, slow: 3_000, flap: 30_000 };
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const MIN_FLAP_MS = 100;

/**
 * Reads `offline=5%,slow=2%:3000ms,flap=1%:30s`.
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
    throw new ConfigurationError(`--faults does not know "${kind}" in "${part}". Use offline, slow or flap.`);
  }
  const [percentText, durationText, ...more] = (value ?? '').split(':');
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(percentText ?? '')?.[1];
  if (percent === undefined || Number(percent) <= 0 || Number(percent) > 100 || rest.length + more.length > 0) {
    throw new ConfigurationError(
      `--faults cannot read "${part}". Write a share of the fleet above 0% up to 100%, such as "${kind}=5%".`,
    );
  }
  return { kind, percent: Number(percent), durationMs: parseDuration(kind, durationText, part) };
}

function parseDuration(kind: FaultKind, text: string | undefined, part: string): number {
  if (text === undefined) {
    return DEFAULT_DURATION_MS[kind];
  }
  if (kind === 'offline') {
    throw new ConfigurationError(`--faults takes no duration for offline in "${part}". Write "${part.split(':')[0]}".`);
  }
  const [, amount, unitName] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  const durationMs = Number(amount) * (UNIT_MS[unitName ?? ''] ?? Number.NaN);
  if (!(durationMs > 0)) {
    throw new ConfigurationError(
      `--faults cannot read the duration "${text}" in "${part}". Write it with its unit: 300ms, 30s or 2m.`,
    );
  }
  if (kind === 'flap' && durationMs < MIN_FLAP_MS) {
    throw new ConfigurationError(`--faults has a period below ${MIN_FLAP_MS}ms in "${part}". Use a longer one.`);
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
