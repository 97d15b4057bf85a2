import type { MinerState } from './minerData';
import { currentHashrateThs, type MinerReport } from './minerReport';

/** Something about a machine that a person should look at. */
export interface MinerConcern {
  readonly minerId: string;
  /** In a few words for people, with the figures that it rests on. */
  readonly reason: string;
}

interface Weighed extends MinerConcern {
  /** What is worse is heavier; only compared. */
  readonly weight: number;
}

/** Below this part of its nominal hashrate a machine that hashes is slow. */
const SLOW_RATIO = 0.9;
/** From here on a machine is hot, in °C: miners themselves throttle or stop somewhat above it. */
const HOT_C = 85;

/** States in which a machine earns nothing though nobody paused it. */
const TROUBLED_STATES: Readonly<Partial<Record<MinerState, string>>> = {
  restricted: 'restricted: its licence does not allow it to mine',
  suspended: 'suspended: it stopped mining by itself',
  'not-started': 'not started: its mining software does not run',
};

/**
 * The machines that need somebody most, the worst first: those that do not answer, those that stopped by themselves, hot ones,
 * and slow ones. A machine that was paused is none.
 */
export function worstConcerns(reports: readonly MinerReport[], count: number): readonly MinerConcern[] {
  return reports
    .flatMap((report) => concernOf(report) ?? [])
    .sort((a, b) => b.weight - a.weight || compare(a.minerId, b.minerId))
    .slice(0, count)
    .map(({ minerId, reason }) => ({ minerId, reason }));
}

function concernOf(report: MinerReport): Weighed | undefined {
  const { miner, status, stats, tempC } = report;
  const concern = (weight: number, reason: string): Weighed => ({ minerId: miner.id, weight, reason });
  if (status === undefined) {
    const lastSeen = report.lastState === undefined ? '' : ` (it was ${report.lastState} when it last answered)`;
    return concern(4, `${report.failure ?? 'not read'}${lastSeen}`);
  }
  const trouble = TROUBLED_STATES[status.state];
  if (trouble !== undefined) {
    return concern(3, trouble);
  }
  if (tempC !== undefined && tempC >= HOT_C) {
    return concern(2 + tempC / 1_000, `hot: ${tempC.toFixed(0)} °C`);
  }
  const hashrate = currentHashrateThs(stats);
  const nominal = stats?.nominalHashrateThs;
  if (status.state !== 'normal' || hashrate === undefined || !nominal || hashrate >= nominal * SLOW_RATIO) {
    return undefined;
  }
  const ratio = hashrate / nominal;
  return concern(
    2 - ratio,
    `slow: ${hashrate.toFixed(1)} of ${nominal.toFixed(1)} TH/s, ${Math.round(ratio * 100)} % of nominal`,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
