import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock';
import { FleetCacheError } from '../base/errors';
import type { FleetScope } from '../fleet/scope';

/** What entries are to be voided: of a miner, a tenant or the fleet; or those whose keys match. */
export type PlanTarget =
  | { readonly type: 'scope'; readonly scope: FleetScope }
  | { readonly type: 'patterns'; readonly patterns: readonly string[] };

export interface Plan {
  readonly id: string;
  readonly target: PlanTarget;
  /** What would be done, in words for people. */
  readonly what: string;
  /** Entries that were cached when it was made; `undefined` when Redis could not be asked. */
  readonly entries: number | undefined;
  /** The miners that it concerns, to tell whether they are others by now. */
  readonly minerIds: readonly string[];
  /** In ms since the epoch. */
  readonly expiresAt: number;
}

/** A plan is not known, has expired, or was used. */
export class PlanError extends FleetCacheError {}

export const PLAN_LIFE_MS = 5 * 60_000;
const MAX_PLANS = 50;

/** The plans of one client. Each serves once, and not for long. */
export class PlanBook {
  private readonly plans = new Map<string, Plan>();

  constructor(private readonly clock: Clock) {}

  add(plan: Omit<Plan, 'id' | 'expiresAt'>): Plan {
    const added: Plan = { ...plan, id: randomUUID(), expiresAt: this.clock.now() + PLAN_LIFE_MS };
    this.plans.set(added.id, added);
    for (const id of this.plans.keys()) {
      if (this.plans.size <= MAX_PLANS) {
        break;
      }
      this.plans.delete(id);
    }
    return added;
  }

  /** The plan, which is used by that, whatever comes of it. @throws {PlanError} */
  take(id: string): Plan {
    const plan = this.plans.get(id);
    this.plans.delete(id);
    if (plan === undefined) {
      throw new PlanError('There is no such plan, or it was used already. Make one with plan_cache_change.');
    }
    if (plan.expiresAt <= this.clock.now()) {
      throw new PlanError('The plan has expired. Make another with plan_cache_change.');
    }
    return plan;
  }
}
