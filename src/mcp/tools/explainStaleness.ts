import { z } from 'zod';
import { ConfigurationError } from '../../base/errors';
import type { Inventory } from '../../fleet/inventory';
import type { StalenessReport, StalenessTarget } from '../../service/staleness';
import { isoTime } from '../provenance';
import { requireMiner, requireTenant } from '../resources/content';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import * as schema from './schemas';
import { defineTool } from './tool';

/** The latest that are told of each kind. */
const SHOWN = { concise: 3, detailed: 5 } as const;

export const explainStaleness = defineTool({
  name: 'explain_staleness',
  title: 'Explain staleness',
  description:
    'Why a cached value is old, missing or void: its TTL and age, who wrote it last, what invalidated it and why, and why the miner could not be read. Give a miner and a dataset, or a tenant for its summary. Reads nothing from the miner and changes nothing.',
  annotations: { readOnlyHint: true },
  input: {
    miner_id: schema.minerIdArgument.optional(),
    dataset: schema.datasetArgument.default('status').describe('Of the miner.'),
    tenant: schema.tenantArgument.optional().describe('Instead of a miner: whose summary; global is the whole fleet.'),
    response_format: schema.responseFormat,
  },
  output: {
    dataset: z.string(),
    state: z.enum(['absent', 'valid', 'void', 'expired', 'foreign', 'unreadable', 'unknown']),
    explanation: z.string(),
    strategy: z.string(),
    ttlS: schema.seconds,
    graceS: schema.seconds.describe(
      'So long after the TTL it is served, labelled stale, if the miner does not answer, s',
    ),
    voidedBy: z.array(z.string()).describe('Events of the miner that void it, besides every write to the miner'),
    entry: z
      .object({
        fetchedAt: schema.time,
        ageMs: schema.milliseconds,
        ttlMs: schema.milliseconds,
        writtenBy: z.string().describe('Instance'),
        fetchMs: z.number().describe('What reading the miner took, ms'),
        sizeBytes: schema.count,
      })
      .optional(),
    invalidations: z
      .array(z.object({ at: schema.time, text: z.string(), by: z.string().optional() }))
      .describe('The latest last'),
    sourceErrors: z.array(z.string()).describe('The latest last'),
    doubts: z.array(z.string()).describe('What else may be the reason'),
    notice: schema.notice,
  },
  async run({ miner_id, dataset, tenant, response_format }, { services, clock }) {
    const target = targetOf(services.inventory, miner_id, dataset, tenant);
    const report = await services.staleness.explain(target);
    const now = clock.now();
    const { entry, sizeBytes } = report;
    const shown = SHOWN[response_format];
    return {
      dataset: report.dataset,
      state: report.state,
      explanation: cleanText(describeStaleness(report, now), 1_000),
      strategy: report.strategy,
      ttlS: report.ttlS,
      graceS: report.graceS,
      voidedBy: [...report.voidedBy],
      entry: entry && {
        fetchedAt: isoTime(entry.fetchedAt),
        ageMs: Math.max(0, Math.round(now - entry.fetchedAt)),
        ttlMs: Math.max(0, Math.round(entry.ttlS * 1_000)),
        writtenBy: cleanText(entry.by),
        fetchMs: Math.round(entry.costMs),
        sizeBytes,
      },
      invalidations: report.invalidations.slice(-shown).map(({ at, text, by }) => ({
        at: isoTime(at),
        text: cleanText(text),
        by: by === undefined ? undefined : cleanText(by),
      })),
      sourceErrors: report.sourceErrors.slice(-shown).map((text) => cleanText(text)),
      doubts: [...report.doubts],
      notice: UNTRUSTED_NOTICE,
    };
  },
});

function targetOf(
  inventory: Inventory,
  minerId: string | undefined,
  kind: z.infer<typeof schema.datasetArgument>,
  tenant: string | undefined,
): StalenessTarget {
  if ((minerId === undefined) === (tenant === undefined)) {
    throw new ConfigurationError('Give either miner_id, with a dataset, or tenant, for its summary.');
  }
  return minerId === undefined
    ? { type: 'summary', tenant: requireTenant(inventory, tenant ?? '') }
    : { type: 'miner', miner: requireMiner(inventory, minerId), kind };
}

/** What a report says, in sentences. */
export function describeStaleness(report: StalenessReport, now: number): string {
  const { state, entry, ttlS, graceS, sourceErrors, storeError } = report;
  const last = report.invalidations.at(-1);
  const why = last === undefined ? '' : ` Last voided at ${isoTime(last.at)}: ${last.text}.`;
  const age =
    entry === undefined ? '' : `${Math.max(0, Math.round((now - entry.fetchedAt) / 1_000))} s ago by ${entry.by}`;
  const source = sourceErrors.length === 0 ? '' : ` The miner could not be read: ${sourceErrors.at(-1)}.`;
  switch (state) {
    case 'valid':
      return `It is cached and fresh: fetched ${age}, and good for ${Math.round(entry?.ttlS ?? ttlS)} s.${source}`;
    case 'void':
      return `It is stored, but void: fetched ${age} and invalidated since, so that the next read asks the source.${why}${source}`;
    case 'expired':
      return `It is past its TTL of ${Math.round(entry?.ttlS ?? ttlS)} s: fetched ${age}. It is served, labelled stale, only while the source cannot be read, for ${graceS} s more.${source}`;
    case 'absent':
      return `Nothing is cached: nobody read it within its TTL of ${ttlS} s and its grace of ${graceS} s, or an invalidation removed it.${why}${source}`;
    case 'foreign':
      return 'Something else than Fleet Cache wrote the key: its age is not known, so it is never served; the next read replaces it.';
    case 'unreadable':
      return 'What is stored cannot be read by this version, and is not served.';
    case 'unknown':
      return `Redis cannot be asked: ${storeError ?? 'no reason is known'}. Every read asks the source meanwhile.${source}`;
  }
}
