import { z } from 'zod';
import { minersInScope } from '../../fleet/scope';
import type { FleetServices } from '../../service/fleetServices';
import { MAX_ARGUMENT } from '../limits';
import { type Plan, PlanError } from '../plans';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import * as schema from './schemas';
import { defineTool, type ToolCall } from './tool';

/** Miners that are named. */
const SHOWN_MINERS = { concise: 0, detailed: 100 } as const;

export const invalidateCache = defineTool({
  name: 'invalidate_cache',
  title: 'Invalidate cache',
  description:
    'Voids cached entries for all instances, as a live plan of plan_cache_change says. A person is asked each time. Use it when cached data is known to be wrong; stale data refreshes by itself.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
  input: {
    plan_id: z.string().min(1).max(MAX_ARGUMENT).describe('Of plan_cache_change; each serves once.'),
    response_format: schema.responseFormat,
  },
  output: {
    plan_id: z.string(),
    what: z.string(),
    entries: schema.count.optional().describe('Entries that were voided, as far as that is known'),
    deferred: z.boolean().describe('Redis could not be reached: it is made good before Redis is read again'),
    cancelled: z.boolean().describe('Cancelled in the middle: some entries were voided, others not'),
    agreedIn: z.enum(['client', 'window']).describe('Where a person agreed'),
    minerIds: z.array(z.string()).optional().describe('Whose entries were voided, when detailed; at most 100'),
    notice: schema.notice,
  },
  async run({ plan_id, response_format }, call) {
    const { services, plans, client } = call;
    const plan = plans.take(plan_id);
    await services.connection.access.require('invalidate anything');
    requireSameMiners(services, plan);
    const agreedIn = await call.consent({
      title: `${plan.what}?`,
      detail: detailOf(plan, services),
      agreement: 'Invalidate',
    });
    const cause = `an agent in ${client} asked for it`;
    const named = plan.minerIds.slice(0, SHOWN_MINERS[response_format]).map((id) => cleanText(id));
    return {
      plan_id,
      what: plan.what,
      agreedIn,
      ...(await carryOut(plan, cause, call)),
      minerIds: named.length === 0 ? undefined : named,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

function detailOf({ entries }: Plan, { connection }: FleetServices): string {
  const count =
    entries === undefined ? 'Nobody knows how many entries' : `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
  return `${count} will be void for all instances on the connection "${cleanText(connection.name)}"; the next reads ask the miners.`;
}

/** What was counted must be what is voided. */
function requireSameMiners({ inventory }: FleetServices, { target, minerIds }: Plan): void {
  if (target.type === 'scope') {
    const now = minersInScope(inventory.current.miners, target.scope).map(({ id }) => id);
    if (now.length !== minerIds.length || now.some((id, index) => id !== minerIds[index])) {
      throw new PlanError('The miners of the plan are others by now. Make another with plan_cache_change.');
    }
  }
}

async function carryOut({ target, entries }: Plan, cause: string, { services, signal, progress }: ToolCall) {
  if (target.type === 'scope') {
    const { deferred } = await services.invalidator.invalidate(target.scope, cause);
    return { entries, deferred, cancelled: false };
  }
  const options = { signal, onProgress: progress };
  const { removed, cancelled } = await services.patternInvalidator.invalidate(target.patterns, cause, options);
  return { entries: removed, deferred: false, cancelled };
}
