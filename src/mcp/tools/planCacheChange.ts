import { z } from 'zod';
import { ConfigurationError } from '../../base/errors';
import { GLOBAL_TENANT } from '../../fleet/miner';
import { describeScope, type FleetScope, minersInScope } from '../../fleet/scope';
import type { FleetServices } from '../../service/fleetServices';
import { MAX_ARGUMENT } from '../limits';
import type { PlanTarget } from '../plans';
import { isoTime } from '../provenance';
import { requireMiner, requireTenant } from '../resources/content';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import * as schema from './schemas';
import { defineTool, type ToolCall } from './tool';

const SHOWN_SAMPLE = { concise: 10, detailed: 100 } as const;

export const planCacheChange = defineTool({
  name: 'plan_cache_change',
  title: 'Plan a cache change',
  description:
    'Prepares an invalidation, and is its dry run: counts the cached entries that would be voided, shows some of them, and gives a plan_id for invalidate_cache, good once and for five minutes. Changes nothing. Give exactly one of miner_id, tenant, pattern or whole_fleet.',
  annotations: { readOnlyHint: true },
  input: {
    miner_id: schema.minerIdArgument.optional(),
    tenant: schema.tenantArgument.optional().describe('All miners of a tenant.'),
    pattern: z
      .string()
      .min(1)
      .max(MAX_ARGUMENT)
      .optional()
      .describe('Glob of keys; has to begin with v1:cache:, such as v1:cache:miner:*:status.'),
    whole_fleet: z.literal(true).optional().describe('Everything that is cached.'),
    response_format: schema.responseFormat,
  },
  output: {
    plan_id: z.string(),
    expiresAt: schema.time,
    what: z.string(),
    miners: schema.count.describe('Miners whose data would be voided'),
    entries: schema.count.optional().describe('Entries cached now; absent when Redis cannot be asked'),
    sample: z.array(z.string()).describe('Keys of some of them'),
    consequence: z.string(),
    notice: schema.notice,
  },
  async run({ response_format, ...args }, call) {
    const { services, plans } = call;
    const target = targetOf(services, args);
    const found =
      target.type === 'scope' ? await planScope(target.scope, call) : await planPatterns(target.patterns, call);
    const { what, minerIds, entries } = found;
    const plan = plans.add({ target, what, minerIds, entries });
    return {
      plan_id: plan.id,
      expiresAt: isoTime(plan.expiresAt),
      what,
      miners: minerIds.length,
      entries,
      sample: found.sample.slice(0, SHOWN_SAMPLE[response_format]).map((key) => cleanText(key)),
      consequence:
        'The next reads of these data ask the miners themselves, for all instances. Nothing of the miners is changed.',
      notice: UNTRUSTED_NOTICE,
    };
  },
});

interface Found {
  readonly what: string;
  readonly minerIds: readonly string[];
  readonly entries: number | undefined;
  readonly sample: readonly string[];
}

async function planScope(scope: FleetScope, { services, signal }: ToolCall): Promise<Found> {
  const { invalidator, inventory, reads } = services;
  const plan = await invalidator.plan(scope, signal);
  return {
    what: `Invalidate ${cleanText(describeScope(scope))}`,
    minerIds: minersInScope(inventory.current.miners, scope).map(({ id }) => id),
    entries: plan.entries,
    sample: plan.cached.slice(0, SHOWN_SAMPLE.detailed).map(({ miner, kind }) => reads.keyOf(miner.id, kind)),
  };
}

async function planPatterns(patterns: readonly string[], { services, signal, progress }: ToolCall): Promise<Found> {
  const count = await services.patternInvalidator.count(patterns, { signal, onProgress: progress });
  return {
    what: `Invalidate the entries whose keys match ${cleanText(patterns.join(', '))}`,
    minerIds: [],
    entries: count.matched,
    sample: count.sample,
  };
}

function targetOf(
  { inventory }: FleetServices,
  args: {
    readonly miner_id?: string | undefined;
    readonly tenant?: string | undefined;
    readonly pattern?: string | undefined;
    readonly whole_fleet?: true | undefined;
  },
): PlanTarget {
  const given = Object.values(args).filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new ConfigurationError('Give exactly one of miner_id, tenant, pattern and whole_fleet.');
  }
  if (args.pattern !== undefined) {
    return { type: 'patterns', patterns: [args.pattern] };
  }
  if (args.miner_id !== undefined) {
    return { type: 'scope', scope: { type: 'miner', miner: requireMiner(inventory, args.miner_id) } };
  }
  const tenant = args.tenant === undefined ? GLOBAL_TENANT : requireTenant(inventory, args.tenant);
  return { type: 'scope', scope: tenant === GLOBAL_TENANT ? { type: 'fleet' } : { type: 'tenant', tenant } };
}
