import { expect, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { BraiinsSource } from '../../../src/braiins/braiinsSource';
import type { BraiinsSourceOptions } from '../../../src/braiins/lazyMinerApi';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { type FleetOptions, SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import { knownLogin, LOGIN } from './endpoints';

/** A source that is disposed when the test ends. */
export function newSource(options: Partial<BraiinsSourceOptions> = {}): BraiinsSource {
  const source = new BraiinsSource({ credentials: knownLogin(), logger: silentLogger, ...options });
  onTestFinished(() => source.dispose());
  return source;
}

/** A fleet that wants {@link LOGIN} and is stopped when the test ends. */
export async function newFleet(options: Partial<FleetOptions> = {}): Promise<SimulatedFleet> {
  const fleet = await SimulatedFleet.start({ miners: 1, login: LOGIN, ...options });
  onTestFinished(() => fleet.stop());
  return fleet;
}

/** The error of a read that has to fail. */
export async function failure(read: Promise<unknown>): Promise<SourceError> {
  const error = await read.then(
    (value) => new Error(`It gave ${JSON.stringify(value)}.`),
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) {
    return error;
  }
  throw error;
}

/** Reads until it succeeds, as somebody who asks again does. The source has its connection and its login from then on. */
export async function readAgain(source: BraiinsSource, miner: Miner): Promise<void> {
  await eventually(() => {
    source.retryNow(miner);
    return source.read(miner, 'stats').then(
      () => 'read',
      (error: Error) => error.message,
    );
  }).toBe('read');
}

/** Waits until an assertion on `read` holds; patient, because the machine may be busy with other tests. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 10_000, interval: 20 });
}
