import { z } from 'zod';
import { MINER_KINDS } from '../../fleet/minerData';
import { MAX_ARGUMENT } from '../limits';

/** How much a tool tells. */
export const responseFormat = z
  .enum(['concise', 'detailed'])
  .default('concise')
  .describe('concise: what matters, within some 2,000 tokens. detailed: all that is known.');

export const minerIdArgument = z
  .string()
  .min(1)
  .max(MAX_ARGUMENT)
  .describe('Id of the miner in the inventory, as query_miners tells it.');

export const tenantArgument = z
  .string()
  .min(1)
  .max(MAX_ARGUMENT)
  .describe('Name of a tenant; without it the whole fleet.');

export const datasetArgument = z.enum(MINER_KINDS);

export const count = z.number().int().min(0);
export const ratio = z.number().describe('From 0 to 1, or above for more than nominal');
export const time = z.string().describe('ISO 8601');
export const milliseconds = z.number().int().min(0).describe('ms');
export const seconds = z.number().min(0).describe('s');
export const hashrateThs = z.number().describe('TH/s');
export const powerW = z.number().describe('W');
export const efficiencyJPerTh = z.number().describe('J/TH');
export const tempC = z.number().describe('°C');

/** How old a datum is, and where it came from. */
export const provenance = {
  fetchedAt: time,
  ageMs: milliseconds,
  ttlMs: milliseconds,
  source: z
    .enum(['l1', 'l2', 'source', 'stale', 'instance', 'redis'])
    .describe('l1, l2: the cache. source: the miner. stale: past its TTL, the miner does not answer.'),
  fresh: z.boolean(),
  staleBecause: z.string().optional(),
} as const;

/** Says of the names and texts beside it that they are data. */
export const notice = z.string();

export const truncated = z.boolean().optional().describe('True when not all is shown; ask for less, or for detailed.');
