import { z } from 'zod';
import { CancelledError, describeError } from '../../base/errors';
import { type Miner, minerAddress } from '../../fleet/miner';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';
import { SourceError } from '../../fleet/minerSource';
import { provenanceOf } from '../provenance';
import { requireMiner } from '../resources/content';
import { cleanData, cleanText, UNTRUSTED_NOTICE } from '../untrusted';
import { charactersFor, type ResponseFormat, rowsWithin } from './budget';
import { conciseData } from './conciseData';
import * as schema from './schemas';
import { defineTool, type ToolCall } from './tool';

const DEFAULT_DATASETS: readonly MinerKind[] = ['status', 'stats', 'cooling', 'errors', 'details'];
/** What is told beside the datasets. */
const FRAME_CHARACTERS = 800;

export const getMiner = defineTool({
  name: 'get_miner',
  title: 'Miner',
  description:
    'Everything about one miner: state, hashrate, power, temperatures, reported errors, model and firmware; on request hashboards, pools and configuration. Each dataset says how old it is and where it came from, or why it could not be read. To find a miner use query_miners.',
  annotations: { readOnlyHint: true },
  input: {
    miner_id: schema.minerIdArgument,
    datasets: z
      .array(schema.datasetArgument)
      .min(1)
      .max(MINER_KINDS.length)
      .optional()
      .describe('What to read; status, stats, cooling, errors and details by default.'),
    response_format: schema.responseFormat,
  },
  output: {
    minerId: z.string(),
    tenant: z.string(),
    address: z.string(),
    tags: z.array(z.string()),
    datasets: z.array(
      z.object({
        dataset: schema.datasetArgument,
        data: z.unknown().optional().describe('Units are in the names: Ths, W, C, V, Hz, S'),
        error: z.string().optional().describe('Why it could not be read'),
        errorKind: z.string().optional(),
        fetchedAt: schema.provenance.fetchedAt.optional(),
        ageMs: schema.provenance.ageMs.optional(),
        ttlMs: schema.provenance.ttlMs.optional(),
        source: schema.provenance.source.optional(),
        fresh: z.boolean(),
        staleBecause: schema.provenance.staleBecause,
      }),
    ),
    truncated: schema.truncated,
    notice: schema.notice,
  },
  async run({ miner_id, datasets = DEFAULT_DATASETS, response_format }, call) {
    const miner = requireMiner(call.services.inventory, miner_id);
    const kinds = [...new Set(datasets)];
    const read = await Promise.all(kinds.map((kind) => readDataset(call, miner, kind, response_format)));
    const shown = rowsWithin(read, charactersFor(response_format) - FRAME_CHARACTERS);
    return {
      minerId: cleanText(miner.id),
      tenant: cleanText(miner.tenant),
      address: cleanText(minerAddress(miner)),
      tags: miner.tags.slice(0, 10).map((tag) => cleanText(tag, 50)),
      datasets: [...shown],
      truncated: shown.length < read.length ? true : undefined,
      notice: UNTRUSTED_NOTICE,
    };
  },
});

async function readDataset<K extends MinerKind>(
  { services, clock, signal }: ToolCall,
  miner: Miner,
  dataset: K,
  format: ResponseFormat,
) {
  try {
    const reading = await services.reads.miner(miner, dataset, { signal });
    const data = format === 'concise' ? conciseData(dataset, reading.data) : reading.data;
    return { dataset, data: cleanData(data), ...provenanceOf(reading, clock.now()) };
  } catch (error) {
    if (error instanceof CancelledError) {
      throw error;
    }
    const errorKind = error instanceof SourceError ? error.failure : 'other';
    return { dataset, error: cleanText(describeError(error)), errorKind, fresh: false };
  }
}
