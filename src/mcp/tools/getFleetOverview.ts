import { z } from 'zod';
import { GLOBAL_TENANT } from '../../fleet/miner';
import { storeState } from '../cacheFigures';
import { isoTime, provenanceOf } from '../provenance';
import { requireTenant, tenantsOf } from '../resources/content';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { rounded } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

const CONCISE_WORST = 5;
const CONCISE_TENANTS = 10;
const DETAILED_TENANTS = 100;

export const getFleetOverview = defineTool({
  name: 'get_fleet_overview',
  title: 'Fleet overview',
  description:
    'How the fleet or one tenant is doing now, in one answer: miners by state, total hashrate, power and efficiency, the hottest miner, the miners that need attention most and why, and how fresh the figures are. Start here. For a list of single miners use query_miners.',
  annotations: { readOnlyHint: true },
  input: { tenant: schema.tenantArgument.optional(), response_format: schema.responseFormat },
  output: {
    tenant: z.string().describe('global: the whole fleet'),
    miners: schema.count,
    byState: z.record(z.string(), schema.count).describe('Miners by state; offline: does not answer'),
    reporting: schema.count.describe('Miners whose hashrate is known, over which the sums are'),
    hashrateThs: schema.hashrateThs.optional(),
    nominalHashrateThs: schema.hashrateThs.optional(),
    nominalRatio: schema.ratio.optional(),
    powerW: schema.powerW.optional(),
    efficiencyJPerTh: schema.efficiencyJPerTh.optional(),
    hottest: z.object({ minerId: z.string(), tempC: schema.tempC }).optional(),
    worst: z.array(z.object({ minerId: z.string(), reason: z.string() })).describe('Most urgent first'),
    parts: z.object({
      fresh: schema.count,
      stale: schema.count,
      unknown: schema.count,
      oldestAt: schema.time.optional(),
      newestAt: schema.time.optional(),
    }),
    tenants: z.array(z.object({ tenant: z.string(), miners: schema.count })).optional(),
    cache: z.object({ redis: z.string(), hitRatio5m: schema.ratio.optional() }),
    inventoryProblems: schema.count,
    ...schema.provenance,
    notice: schema.notice,
  },
  async run({ tenant: name = GLOBAL_TENANT, response_format }, { services, clock, signal }) {
    const { inventory, reads, cache } = services;
    const tenant = requireTenant(inventory, name);
    const isConcise = response_format === 'concise';
    const reading = await reads.summary(tenant, { signal });
    const { data } = reading;
    const { fresh, stale, unknown, oldestPartAt, newestPartAt } = data.freshness;
    return {
      tenant: cleanText(data.tenant),
      miners: data.miners,
      byState: data.byState,
      reporting: data.reporting,
      hashrateThs: rounded(data.hashrateThs),
      nominalHashrateThs: rounded(data.nominalHashrateThs),
      nominalRatio: rounded(data.nominalRatio, 3),
      powerW: rounded(data.powerW, 0),
      efficiencyJPerTh: rounded(data.efficiencyJPerTh),
      hottest: data.hottest && { minerId: cleanText(data.hottest.minerId), tempC: rounded(data.hottest.tempC) },
      worst: data.worst
        .slice(0, isConcise ? CONCISE_WORST : undefined)
        .map(({ minerId, reason }) => ({ minerId: cleanText(minerId), reason: cleanText(reason) })),
      parts: {
        fresh,
        stale,
        unknown,
        oldestAt: oldestPartAt === undefined ? undefined : isoTime(oldestPartAt),
        newestAt: newestPartAt === undefined ? undefined : isoTime(newestPartAt),
      },
      tenants:
        tenant === GLOBAL_TENANT
          ? tenantsOf(inventory)
              .slice(0, isConcise ? CONCISE_TENANTS : DETAILED_TENANTS)
              .map((each) => ({
                tenant: cleanText(each),
                miners: inventory.current.miners.filter((miner) => miner.tenant === each).length,
              }))
          : undefined,
      cache: { redis: storeState(services).state, hitRatio5m: rounded(cache.metrics.hitRatio('5m'), 3) },
      inventoryProblems: inventory.current.problems.length,
      ...provenanceOf(reading, clock.now()),
      notice: UNTRUSTED_NOTICE,
    };
  },
});
