import { z } from 'zod';
import { ConfigurationError } from '../../base/errors';
import { rounded } from './budget';
import * as schema from './schemas';
import { defineTool } from './tool';

export const setCacheTtl = defineTool({
  name: 'set_cache_ttl',
  title: 'Set cache TTL',
  description:
    'Changes for how many seconds a dataset counts as fresh, within the band of its strategy: EPHEMERAL 5 to 30, MODERATE 60 to 300, EVENT_DRIVEN 60 to 43200, STABLE 600 to 43200. Holds for what this instance fetches from now on, until it is restarted; settings are not changed.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: {
    dataset: z.string().min(1).max(64).describe('As get_cache_health names it, such as miner:status.'),
    ttl_s: z.number().min(5).max(43_200).describe('s'),
    response_format: schema.responseFormat,
  },
  output: {
    dataset: z.string(),
    strategy: z.string(),
    formerTtlS: schema.seconds,
    ttlS: schema.seconds,
    lookups: schema.count.optional().describe('When detailed, as what follows: since this instance started'),
    hitRatio: schema.ratio.optional(),
    meanAgeMs: schema.milliseconds.optional().describe('ms, of what the cache served'),
  },
  async run({ dataset: name, ttl_s, response_format }, { services }) {
    const known = services.policyFigures().find(({ dataset }) => dataset === name);
    if (known === undefined) {
      const names = services.policyFigures().map(({ dataset }) => dataset);
      throw new ConfigurationError(`There is no dataset of that name. Datasets are: ${names.join(', ')}.`);
    }
    const { dataset, strategy } = known;
    const formerTtlS = await services.ttls.set(dataset, ttl_s);
    const changed = { dataset, strategy, formerTtlS, ttlS: ttl_s };
    if (response_format === 'concise') {
      return changed;
    }
    const { lookups, hitRatio, meanAgeMs } = known;
    return {
      ...changed,
      lookups,
      hitRatio: rounded(hitRatio, 3),
      meanAgeMs: meanAgeMs === undefined ? undefined : Math.round(meanAgeMs),
    };
  },
});
