import { z } from 'zod';
import { CancelledError, ConfigurationError } from '../../base/errors';
import type { Inventory } from '../../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../../fleet/miner';
import { MINER_KINDS } from '../../fleet/minerData';
import { requireMiner, requireTenant } from '../resources/content';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import * as schema from './schemas';
import { defineTool } from './tool';

const CONCURRENCY = 32;
const SHOWN_CAUSES = 10;
const SHOWN_MINERS = { concise: 5, detailed: 15 } as const;

export const warmCache = defineTool({
  name: 'warm_cache',
  title: 'Warm cache',
  description:
    'Fills the cache: reads datasets of miners that are not fresh in it, so that later reads are fast. What is fresh is left alone; calling it twice does no harm. Takes long for many miners, with progress, and can be cancelled.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: {
    tenant: schema.tenantArgument.optional(),
    miner_ids: z.array(schema.minerIdArgument).min(1).max(1_000).optional().describe('Instead of a tenant or all.'),
    datasets: z.array(schema.datasetArgument).min(1).max(MINER_KINDS.length).default(['status', 'stats']),
    response_format: schema.responseFormat,
  },
  output: {
    total: schema.count.describe('Entries that were wanted'),
    warmed: schema.count.describe('Fetched and written'),
    fresh: schema.count.describe('Fresh already'),
    failed: schema.count,
    notStored: schema.count.describe('Fetched, but Redis did not take them'),
    failures: z.array(z.object({ cause: z.string(), count: schema.count, minerIds: z.array(z.string()) })),
    storeProblem: z.string().optional(),
    notice: schema.notice,
  },
  async run({ tenant, miner_ids, datasets, response_format }, { services, signal, progress }) {
    const miners = minersOf(services.inventory, tenant, miner_ids);
    await services.connection.access.require('warm the cache for an agent');
    const report = await services.warmer.warm(miners, [...new Set(datasets)], {
      concurrency: CONCURRENCY,
      signal,
      onProgress: progress,
    });
    const { total, warmed, fresh, failed, notStored, storeProblem } = report;
    if (report.cancelled) {
      throw new CancelledError(`Cancelled: ${warmed} of ${total} entries were fetched by then.`);
    }
    return {
      total,
      warmed,
      fresh,
      failed,
      notStored,
      failures: report.failures.slice(0, SHOWN_CAUSES).map(({ cause, tasks }) => ({
        cause: cleanText(cause),
        count: tasks.length,
        minerIds: [...new Set(tasks.map(({ miner }) => cleanText(miner.id)))].slice(0, SHOWN_MINERS[response_format]),
      })),
      storeProblem: storeProblem === undefined ? undefined : cleanText(storeProblem),
      notice: UNTRUSTED_NOTICE,
    };
  },
});

function minersOf(
  inventory: Inventory,
  tenant: string | undefined,
  minerIds: readonly string[] | undefined,
): readonly Miner[] {
  if (minerIds !== undefined) {
    if (tenant !== undefined) {
      throw new ConfigurationError('Give either tenant or miner_ids.');
    }
    return [...new Set(minerIds.map((id) => requireMiner(inventory, id)))];
  }
  const named = requireTenant(inventory, tenant ?? GLOBAL_TENANT);
  const { miners } = inventory.current;
  return named === GLOBAL_TENANT ? miners : miners.filter((miner) => miner.tenant === named);
}
