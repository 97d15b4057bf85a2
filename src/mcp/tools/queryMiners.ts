import { z } from 'zod';
import type { Inventory } from '../../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../../fleet/miner';
import { MINER_STATES } from '../../fleet/minerData';
import { MAX_ARGUMENT } from '../limits';
import { requireTenant } from '../resources/content';
import { UNTRUSTED_NOTICE } from '../untrusted';
import { charactersFor, rowsWithin } from './budget';
import { asksForTemperature, cursorAfter, type MinerQuery, matches, rowsAfter, SORTS, sortRows } from './minerQuery';
import { describeRow, readMinerRows } from './minerRows';
import * as schema from './schemas';
import { defineTool } from './tool';

const FIELDS = [
  'tenant',
  'state',
  'hashrateThs',
  'nominalRatio',
  'powerW',
  'efficiencyJPerTh',
  'tempC',
  'failure',
  'source',
] as const;
type Field = (typeof FIELDS)[number];

const DEFAULT_FIELDS: readonly Field[] = ['state', 'hashrateThs', 'nominalRatio', 'failure'];
/** What is told beside the rows. */
const FRAME_CHARACTERS = 500;

export const queryMiners = defineTool({
  name: 'query_miners',
  title: 'Query miners',
  description:
    'Finds and lists single machines, sorted and page by page: which miners are offline, paused, above a temperature, below their nominal hashrate, of a tenant or with a tag; or the hottest, slowest or least efficient ones. Without a filter it lists all. For totals use get_fleet_overview, for everything about one miner get_miner.',
  annotations: { readOnlyHint: true },
  input: {
    tenant: schema.tenantArgument.optional(),
    states: z
      .array(z.enum([...MINER_STATES, 'offline']))
      .min(1)
      .max(MINER_STATES.length + 1)
      .optional()
      .describe('Any of these states; offline: does not answer.'),
    tag: z.string().min(1).max(MAX_ARGUMENT).optional().describe('A tag of the inventory.'),
    text: z.string().min(1).max(MAX_ARGUMENT).optional().describe('Part of the id or address, in any case.'),
    min_hashrate_ths: z.number().min(0).optional().describe('TH/s'),
    max_hashrate_ths: z.number().min(0).optional().describe('TH/s'),
    max_nominal_ratio: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe('Only miners at or below this share of their nominal hashrate: 0.9 finds those at least 10 % slow.'),
    min_temp_c: z
      .number()
      .min(-50)
      .max(200)
      .optional()
      .describe('Only miners whose highest temperature is at least this, °C'),
    fields: z.array(z.enum(FIELDS)).min(1).optional().describe('What of each miner is told, besides id and age.'),
    sort: z.enum(SORTS).default('id'),
    order: z.enum(['ascending', 'descending']).default('ascending').describe('Unknown values come last.'),
    limit: z.number().int().min(1).max(200).default(20),
    cursor: z.string().max(2_048).optional().describe('nextCursor of the page before, with the same arguments.'),
    response_format: schema.responseFormat,
  },
  output: {
    matched: schema.count.describe('Miners that match, on all pages'),
    of: schema.count.describe('Miners that were looked at'),
    miners: z.array(
      z.object({
        minerId: z.string(),
        tenant: z.string().optional(),
        state: z.string().optional(),
        hashrateThs: schema.hashrateThs.optional(),
        nominalRatio: schema.ratio.optional(),
        powerW: schema.powerW.optional(),
        efficiencyJPerTh: schema.efficiencyJPerTh.optional(),
        tempC: schema.tempC.optional(),
        failure: z.string().optional().describe('Why it does not answer'),
        ageMs: schema.milliseconds.optional(),
        source: schema.provenance.source.optional(),
        fresh: z.boolean(),
      }),
    ),
    nextCursor: z.string().optional().describe('Absent on the last page'),
    notice: schema.notice,
  },
  async run({ limit, cursor, fields, response_format, ...query }, { services, clock, signal, progress }) {
    const asked = minersAsked(services.inventory, query);
    const wanted = fields ?? (response_format === 'concise' ? DEFAULT_FIELDS : FIELDS);
    const withTemperature = asksForTemperature(query) || wanted.includes('tempC');
    const rows = await readMinerRows(services, asked, { withTemperature, signal, onProgress: progress });
    const matching = sortRows(
      rows.filter((row) => matches(row, query)),
      query,
    );
    const left = cursor === undefined ? matching : rowsAfter(matching, cursor, query);
    const now = clock.now();
    const told = left.slice(0, limit).map((row) => pick(describeRow(row, now), wanted));
    const shown = rowsWithin(told, charactersFor(response_format) - FRAME_CHARACTERS);
    const last = left[shown.length - 1];
    return {
      matched: matching.length,
      of: asked.length,
      miners: [...shown],
      nextCursor: last !== undefined && shown.length < left.length ? cursorAfter(last, query) : undefined,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

/** The miners of which anything has to be read. */
function minersAsked(inventory: Inventory, { tenant, tag, text }: MinerQuery): readonly Miner[] {
  const named = requireTenant(inventory, tenant ?? GLOBAL_TENANT);
  const ofTenant = named === GLOBAL_TENANT ? undefined : named;
  const part = text?.toLowerCase();
  return inventory.current.miners.filter(
    (miner) =>
      (ofTenant === undefined || miner.tenant === ofTenant) &&
      (tag === undefined || miner.tags.includes(tag)) &&
      (part === undefined || miner.id.toLowerCase().includes(part) || miner.host.toLowerCase().includes(part)),
  );
}

function pick<R extends ReturnType<typeof describeRow>>(row: R, fields: readonly Field[]) {
  const { minerId, ageMs, fresh } = row;
  const chosen = Object.fromEntries(fields.map((field) => [field, row[field]])) as Partial<Pick<R, Field>>;
  return { minerId, ...chosen, ageMs, fresh };
}
