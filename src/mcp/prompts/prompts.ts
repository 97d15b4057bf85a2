import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { GetPromptResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { requireReport } from '../benchmarkFigures';
import { MAX_ARGUMENT } from '../limits';
import { requireMiner, requireTenant, tenantsOf } from '../resources/content';
import { suggest } from '../resources/suggestions';
import type { ServerContext } from '../serverContext';
import { cleanText } from '../untrusted';
import * as texts from './texts';

const FOCUSES = ['hashrate', 'temperature', 'offline', 'errors', 'pools'] as const;
const WINDOWS = ['1m', '5m', 'start'] as const;
const argument = () => z.string().max(MAX_ARGUMENT);

/** What a person starts by name: each tells the model which tools to use, in what order, and what to answer. */
export function registerPrompts(server: McpServer, { services }: ServerContext): void {
  const { inventory, policyFigures, benchmarks } = services;
  const minerId = completable(argument().min(1).describe('Id of a miner'), (typed) =>
    suggest(
      inventory.current.miners.map(({ id }) => id),
      typed ?? '',
    ),
  );
  const tenant = completable(argument().optional().describe('A tenant; without it the whole fleet'), (typed) =>
    suggest(tenantsOf(inventory), typed ?? ''),
  );
  const dataset = completable(argument().optional().describe('A dataset, such as miner:status'), (typed) =>
    suggest(
      policyFigures().map(({ dataset: name }) => name),
      typed ?? '',
    ),
  );

  server.registerPrompt(
    'diagnose_miner',
    {
      title: 'Diagnose a miner',
      description:
        'Why one miner does badly: state, hashrate, temperatures, errors, pools, and how fresh all of that is.',
      argsSchema: {
        miner_id: minerId,
        focus: completable(argument().optional().describe('What seems wrong'), (typed) =>
          suggest(FOCUSES, typed ?? ''),
        ),
      },
    },
    ({ miner_id, focus }) => {
      const miner = requireMiner(inventory, miner_id);
      return message('Diagnose a miner', texts.diagnoseMiner(quote(miner.id), focus && quote(focus)));
    },
  );
  server.registerPrompt(
    'investigate_hit_ratio_drop',
    {
      title: 'Investigate a drop of the hit ratio',
      description: 'Why the cache answers fewer reads than it should: Redis, TTLs, invalidations, or how it is read.',
      argsSchema: {
        dataset,
        window: completable(argument().optional().describe('1m, 5m or start'), (typed) =>
          suggest(WINDOWS, typed ?? ''),
        ),
      },
    },
    ({ dataset: name, window }) =>
      message('Investigate the hit ratio', texts.investigateHitRatio(name && quote(name), window && quote(window))),
  );
  server.registerPrompt(
    'tune_ttls',
    {
      title: 'Tune TTLs',
      description: 'Which TTLs to change, by how often data is read, voided and found fresh; within their bands.',
      argsSchema: { dataset },
    },
    ({ dataset: name }) => message('Tune TTLs', texts.tuneTtls(name && quote(name))),
  );
  server.registerPrompt(
    'pre_maintenance_warm',
    {
      title: 'Warm before maintenance',
      description: 'Fill the cache before miners or the network go away for a while, and check that it is filled.',
      argsSchema: { tenant },
    },
    ({ tenant: name }) =>
      message(
        'Warm before maintenance',
        texts.preMaintenanceWarm(name === undefined || name === '' ? undefined : quote(requireTenant(inventory, name))),
      ),
  );
  const kept = (what: string) =>
    completable(argument().optional().describe(what), async (typed) =>
      suggest(
        (await benchmarks.archive.all()).map(({ run }) => run),
        typed ?? '',
      ),
    );
  server.registerPrompt(
    'benchmark_report',
    {
      title: 'Report on a benchmark',
      description: 'What the cache is worth here by a benchmark, and what became better or worse since an earlier one.',
      argsSchema: {
        run: kept('Which benchmark; the latest by default'),
        baseline: kept('The earlier one to hold it against'),
      },
    },
    async ({ run, baseline }) => {
      const [report, earlier] = await Promise.all(
        [run, baseline].map((id) =>
          id === undefined || id === '' ? undefined : requireReport(benchmarks.archive, id),
        ),
      );
      return message(
        'Report on a benchmark',
        texts.benchmarkReport(report && quote(report.run), earlier && quote(earlier.run)),
      );
    },
  );
}

function message(description: string, text: string): GetPromptResult {
  return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
}

/** Between marks that the text itself cannot contain, so that a name ends where it ends. */
function quote(text: string): string {
  return `"${cleanText(text).replaceAll('"', "'")}"`;
}
