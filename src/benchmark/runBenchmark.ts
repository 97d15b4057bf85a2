import { systemClock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { BenchmarkOrder, BenchmarkProgress, DirectReadings } from '../service/benchmarkMessages';
import type { BenchmarkReport } from '../service/benchmarkReport';
import { removeLeftovers, removeOwnKeys } from './cleanup';
import { machineFacts, redisFacts } from './facts';
import { BenchmarkLease } from './lease';
import { PLANS } from './plan';
import { SCENARIOS } from './scenarios';
import { takeTurns } from './turns';
import { linksStand, openWorld, type World } from './world';

/** What a benchmark needs of whoever runs it. */
export interface BenchmarkPorts {
  readonly signal: AbortSignal;
  /** Reads some miners, past every cache. */
  readDirectly(): Promise<DirectReadings>;
  onProgress(progress: BenchmarkProgress): void;
}

/**
 * Measures the cache on the order's Redis, in keys of its own, which are removed in the end, whatever happens.
 *
 * @throws {ConfigurationError} when the URL cannot be used.
 * @throws {StoreError} when Redis cannot be reached, or is lost.
 * @throws {FleetCacheError} when another benchmark runs there.
 * @throws {CancelledError}
 */
export async function runBenchmark(order: BenchmarkOrder, ports: BenchmarkPorts): Promise<BenchmarkReport> {
  const world = openWorld(order);
  try {
    const { locks } = world.first.redis;
    const lease = await BenchmarkLease.take(locks, order.run, systemClock);
    try {
      return await measure(order, ports, world, lease.lost);
    } finally {
      await lease.release();
    }
  } finally {
    world.dispose();
  }
}

async function measure(
  order: BenchmarkOrder,
  ports: BenchmarkPorts,
  world: World,
  lost: AbortSignal,
): Promise<BenchmarkReport> {
  const signal = AbortSignal.any([ports.signal, lost]);
  const plan = PLANS[order.size];
  const [startedAt, startedMs] = [new Date().toISOString(), performance.now()];
  const notes: string[] = [];
  let report: BenchmarkReport;
  try {
    const leftovers = await removeLeftovers(world, signal);
    if (leftovers !== undefined) {
      notes.push(leftovers);
    }
    const machine = machineFacts();
    const redis = await redisFacts(world.first.redis.connection);
    await linksStand(world, signal);
    const turns = await takeTurns({ ...ports, scenarios: SCENARIOS, world, plan, signal });
    if (turns.repeats < plan.repeats) {
      notes.push(`Stopped after ${turns.repeats} of ${plan.repeats} repeats, because this Redis takes long to answer.`);
    }
    report = {
      version: 1,
      run: order.run,
      size: order.size,
      startedAt,
      durationMs: Math.round(performance.now() - startedMs),
      repeats: turns.repeats,
      product: order.product,
      connection: { name: order.connection, address: world.address },
      machine,
      redis,
      scenarios: turns.scenarios,
      notes,
    };
  } catch (error) {
    await removeOwnKeys(world);
    // Why the lease was lost says more than that something was cancelled.
    throw error instanceof CancelledError && lost.aborted ? lost.reason : error;
  }
  const left = await removeOwnKeys(world);
  return left === undefined ? report : { ...report, notes: [...notes, left] };
}
