import { FleetCacheError } from '../base/errors';
import type { DirectReadings } from '../service/benchmarkMessages';
import type { Measure } from '../service/benchmarkReport';
import type { Plan } from './plan';
import type { World } from './world';

/** What a scenario measures things in. */
export interface Turn {
  readonly world: World;
  readonly plan: Plan;
  /** Different for each turn of a scenario, so that keys can be. */
  readonly number: number;
  readonly signal: AbortSignal;
  /** Reads some miners, past every cache. */
  readDirectly(): Promise<DirectReadings>;
  /** Something that one has to know to read the figures. Said once, however often it is noted. */
  note(text: string): void;
}

/** Something that is measured, several times. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly measures: readonly Omit<Measure, 'values'>[];
  /**
   * Measures once; resolves to a figure by the id of each measure.
   *
   * @throws {NotMeasurable} @throws {StoreError} @throws {CancelledError}
   */
  run(turn: Turn): Promise<Readonly<Record<string, number>>>;
}

/** A scenario cannot be measured here. The message says why, for people. */
export class NotMeasurable extends FleetCacheError {}
