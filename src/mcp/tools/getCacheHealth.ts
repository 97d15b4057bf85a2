import { z } from 'zod';
import { cacheFindings } from '../../service/cacheFindings';
import { sharedFigures, storeState } from '../cacheFigures';
import { provenanceOfNow } from '../provenance';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { rounded } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

const ratios = z
  .object({ '1m': schema.ratio.optional(), '5m': schema.ratio.optional(), start: schema.ratio.optional() })
  .describe('By window; absent without lookups');

export const getCacheHealth = defineTool({
  name: 'get_cache_health',
  title: 'Cache health',
  description:
    'How the cache and its Redis are doing: what is wrong, whether Redis is up, its latency and memory, the hit ratio and how much load the cache keeps from the miners, per dataset with TTLs, and how many instances share it. Use it for a low hit ratio or slow reads; for one stale value use explain_staleness.',
  annotations: { readOnlyHint: true },
  input: { response_format: schema.responseFormat },
  output: {
    findings: z.array(z.string()).describe('What is wrong, the worst first; empty when all is well'),
    connection: z.object({
      name: z.string(),
      environment: z.string().optional(),
      access: z.string().describe('read-write, read-only or undecided'),
    }),
    redis: z.object({
      state: z.string(),
      reason: z.string().optional(),
      latencyMs: z.number().optional().describe('Round trip, ms'),
      memoryBytes: schema.count.optional(),
      memoryLimitBytes: schema.count.optional(),
    }),
    hitRatio: ratios,
    sourceOffload: ratios.describe('Share of lookups that did not ask a miner'),
    allInstances: z.object({ instances: schema.count.optional(), hitRatio: ratios.optional() }),
    datasets: z.array(
      z.object({
        dataset: z.string(),
        strategy: z.string(),
        ttlS: schema.seconds,
        lookups: schema.count,
        hitRatio: schema.ratio.optional(),
        sourceOffload: schema.ratio.optional(),
        entries: schema.count.optional().describe('Kept in this process'),
        meanAgeMs: z.number().optional().describe('Of what was served from the cache, ms'),
        meanFetchMs: z.number().optional().describe('What reading a miner takes, ms'),
      }),
    ),
    ...schema.provenance,
    notice: schema.notice,
  },
  async run({ response_format }, { services, clock }) {
    const { cache, connection, overview } = services;
    const all = sharedFigures(await overview.all());
    const policies = services.policyFigures();
    const { metrics, storeHealth } = cache;
    const { access } = connection;
    const { state, reason } = { reason: undefined, ...storeState(services) };
    const isDetailed = response_format === 'detailed';
    const byWindow = (of: (window: '1m' | '5m' | 'start') => number | undefined) => ({
      '1m': rounded(of('1m'), 3),
      '5m': rounded(of('5m'), 3),
      start: rounded(of('start'), 3),
    });
    const findings = cacheFindings({
      health: storeHealth,
      access: access.state,
      policies,
      problems: services.problems,
    });
    return {
      findings: findings.slice(0, 10).map((finding) => cleanText(finding, 300)),
      connection: {
        name: cleanText(connection.name),
        environment: connection.environment,
        access: access.state.mode,
      },
      redis: {
        state,
        reason: reason === undefined ? undefined : cleanText(reason, 300),
        ...all.redis,
        latencyMs: rounded(all.redis?.latencyMs, 2),
      },
      hitRatio: byWindow((window) => metrics.hitRatio(window)),
      sourceOffload: byWindow((window) => metrics.sourceOffload(window)),
      allInstances: {
        instances: all.instances,
        hitRatio: all.hitRatio && byWindow((window) => all.hitRatio?.[window]),
      },
      datasets: policies.map((figures) => ({
        dataset: figures.dataset,
        strategy: figures.strategy,
        ttlS: figures.ttlS,
        lookups: figures.lookups,
        hitRatio: rounded(figures.hitRatio, 3),
        ...(isDetailed
          ? {
              sourceOffload: rounded(figures.sourceOffload, 3),
              entries: figures.entries,
              meanAgeMs: rounded(figures.meanAgeMs, 0),
              meanFetchMs: rounded(figures.meanFetchMs, 1),
            }
          : {}),
      })),
      ...provenanceOfNow('instance', clock.now()),
      notice: UNTRUSTED_NOTICE,
    };
  },
});
