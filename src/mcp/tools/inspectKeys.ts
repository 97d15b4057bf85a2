import { z } from 'zod';
import { ConfigurationError } from '../../base/errors';
import type { DescribedKey } from '../../service/keyLevels';
import { MAX_ARGUMENT } from '../limits';
import { isoTime } from '../provenance';
import { requireMiner } from '../resources/content';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { charactersFor, rowsWithin } from './budget';
import * as schema from './schemas';
import { defineTool, type ToolCall } from './tool';

const ALL_ENTRIES = 'v1:cache:*';
const CONCISE_KEYS = 10;
/** What is told beside the keys. */
const FRAME_CHARACTERS = 500;

export const inspectKeys = defineTool({
  name: 'inspect_keys',
  title: 'Inspect keys',
  description:
    'Looks at the cache as it is stored in Redis: how many keys match a pattern, and of some of them TTL, size, age, writer, and whether a reader would be served (fresh, stale, void, foreign). Only keys of the cache, without their values. For the reason of one stale value use explain_staleness.',
  annotations: { readOnlyHint: true },
  input: {
    pattern: z
      .string()
      .min(1)
      .max(MAX_ARGUMENT)
      .optional()
      .describe('Glob that begins with v1:cache:, such as v1:cache:miner:*:status; all entries by default.'),
    miner_id: schema.minerIdArgument.optional().describe('Instead of a pattern: the entries of one miner.'),
    response_format: schema.responseFormat,
  },
  output: {
    pattern: z.string(),
    matched: schema.count.describe('Keys that match'),
    keys: z
      .array(
        z.object({
          key: z.string(),
          dataset: z.string().optional(),
          minerId: z.string().optional(),
          tenant: z.string().optional(),
          state: z.enum(['fresh', 'stale', 'void', 'foreign', 'unreadable', 'unknown', 'none']),
          expiresInMs: z.number().optional().describe('ms until Redis removes it; absent when never or not known'),
          sizeBytes: schema.count.optional(),
          fetchedAt: schema.time.optional(),
          ageMs: schema.milliseconds.optional(),
          ttlMs: schema.milliseconds.optional(),
          writtenBy: z.string().optional().describe('Instance'),
        }),
      )
      .describe('Some of them'),
    truncated: schema.truncated,
    notice: schema.notice,
  },
  async run({ pattern, miner_id, response_format }, call) {
    const { services, signal, progress, clock } = call;
    const wanted = patternOf(call, pattern, miner_id);
    const { matched, sample } = await services.patternInvalidator.count([wanted], { signal, onProgress: progress });
    const asked = response_format === 'concise' ? sample.slice(0, CONCISE_KEYS) : sample;
    // Redis knows keys as bytes.
    const described = await services.keyExplorer.describe(asked.map((key) => Buffer.from(key).toString('latin1')));
    const now = clock.now();
    const rows = described.flatMap((key) => (key?.isOwn === true ? [describeKey(key, now)] : []));
    const keys = rowsWithin(rows, charactersFor(response_format) - FRAME_CHARACTERS);
    return {
      pattern: cleanText(wanted),
      matched,
      keys: [...keys],
      truncated: keys.length < matched ? true : undefined,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

function patternOf(
  { services: { inventory, reads } }: ToolCall,
  pattern: string | undefined,
  minerId: string | undefined,
): string {
  if (minerId === undefined) {
    return pattern ?? ALL_ENTRIES;
  }
  if (pattern !== undefined) {
    throw new ConfigurationError('Give either pattern or miner_id.');
  }
  const key = reads.keyOf(requireMiner(inventory, minerId).id, 'status');
  return `${key.slice(0, key.lastIndexOf(':'))}:*`;
}

function describeKey(
  { shown, dataset, minerId, tenant, freshness, ttlMs, sizeBytes, entry }: DescribedKey,
  now: number,
) {
  return {
    key: cleanText(shown),
    dataset,
    minerId: minerId === undefined ? undefined : cleanText(minerId),
    tenant: tenant === undefined ? undefined : cleanText(tenant),
    state: freshness,
    expiresInMs: typeof ttlMs === 'number' ? ttlMs : undefined,
    sizeBytes,
    ...(entry === undefined
      ? {}
      : {
          fetchedAt: isoTime(entry.fetchedAt),
          ageMs: Math.max(0, Math.round(now - entry.fetchedAt)),
          ttlMs: Math.max(0, Math.round(entry.ttlS * 1_000)),
          writtenBy: cleanText(entry.by),
        }),
  };
}
