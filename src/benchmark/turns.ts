import { throwIfCancelled } from '../base/errors';
import { StoreError } from '../cache/store';
import type { BenchmarkProgress, DirectReadings } from '../service/benchmarkMessages';
import type { ScenarioReport } from '../service/benchmarkReport';
import { orderOf, type Plan } from './plan';
import { NotMeasurable, type Scenario } from './scenario';
import type { World } from './world';

export interface TurnsOptions {
  readonly scenarios: readonly Scenario[];
  readonly world: World;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  readDirectly(): Promise<DirectReadings>;
  onProgress(progress: BenchmarkProgress): void;
}

export interface TurnsReport {
  /** How often each scenario was measured. */
  readonly repeats: number;
  readonly scenarios: readonly ScenarioReport[];
}

/** What became of a scenario so far. */
interface Outcome {
  readonly values: Map<string, number[]>;
  readonly notes: Set<string>;
  isOut: boolean;
}

/**
 * Gives every scenario its turn, in each repeat beginning with another one, so that neither a slow minute of the machine nor the
 * place in the row favours any. The first round only warms up. A scenario that cannot be measured here is left out from then on.
 *
 * @throws {StoreError} when Redis is lost. @throws {CancelledError}
 */
export async function takeTurns(options: TurnsOptions): Promise<TurnsReport> {
  const { scenarios, plan, signal, onProgress } = options;
  const outcomes = new Map<Scenario, Outcome>(
    scenarios.map((each) => [each, { values: new Map(), notes: new Set(), isOut: false }]),
  );
  const total = scenarios.length * (plan.repeats + 1);
  const startedAt = performance.now();
  let done = 0;
  let repeats = 0;
  for (let round = 0; round <= plan.repeats; round++) {
    if (round > 1 && performance.now() - startedAt > plan.budgetMs) {
      break;
    }
    for (const scenario of orderOf(scenarios, round)) {
      throwIfCancelled(signal);
      onProgress({ done: done++, total, title: scenario.title });
      await takeTurn(scenario, outcomes.get(scenario) as Outcome, round, options);
    }
    repeats = round;
  }
  return { repeats, scenarios: scenarios.map((each) => reportOf(each, outcomes.get(each) as Outcome)) };
}

async function takeTurn(scenario: Scenario, outcome: Outcome, round: number, options: TurnsOptions): Promise<void> {
  if (outcome.isOut) {
    return;
  }
  const { world, plan, signal, readDirectly } = options;
  const note = (text: string) => {
    if (round > 0) {
      outcome.notes.add(text);
    }
  };
  try {
    const figures = await scenario.run({ world, plan, number: round, signal, readDirectly, note });
    if (round > 0) {
      for (const { id } of scenario.measures) {
        const values = outcome.values.get(id) ?? [];
        outcome.values.set(id, values);
        values.push(figures[id] ?? Number.NaN);
      }
    }
  } catch (error) {
    if (!(error instanceof NotMeasurable || error instanceof StoreError)) {
      throw error;
    }
    const { health } = world.first.redis.store;
    if (health.state === 'down') {
      throw new StoreError(health.reason, { cause: error });
    }
    outcome.isOut = true;
    outcome.notes.add(error.message);
  }
}

function reportOf(scenario: Scenario, { values, notes }: Outcome): ScenarioReport {
  const { id, title, description } = scenario;
  const measures = scenario.measures.flatMap((measure) => {
    const known = (values.get(measure.id) ?? []).filter(Number.isFinite);
    return known.length === 0 ? [] : [{ ...measure, values: known.map(toFourDigits) }];
  });
  return { id, title, description, measures, notes: [...notes] };
}

/** More digits say nothing, and make an export hard to read. */
function toFourDigits(value: number): number {
  return Number(value.toPrecision(4));
}
