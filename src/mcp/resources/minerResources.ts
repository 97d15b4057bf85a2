import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { MinerKind } from '../../fleet/minerData';
import type { LoggedEvent } from '../../service/eventLog';
import { SEARCHED_EVENTS, SHOWN_EVENTS } from '../limits';
import { isoTime, provenanceOf, provenanceOfNow } from '../provenance';
import type { ServerContext } from '../serverContext';
import { cleanData, cleanText } from '../untrusted';
import { decodeSegment } from './addresses';
import { MIME_TYPE, requireMiner, toMcpError, untrustedContent } from './content';
import { suggest } from './suggestions';

/** What each dataset of a miner is, for who chooses among them. */
const DATASETS: Readonly<Record<MinerKind, { readonly title: string; readonly description: string }>> = {
  status: { title: 'Miner status', description: 'Whether a miner hashes: normal, paused, suspended, restricted, ….' },
  stats: {
    title: 'Miner stats',
    description: 'Hashrate in TH/s over several spans, power in W, efficiency in J/TH, shares and work for the pool.',
  },
  details: { title: 'Miner details', description: 'Model, firmware, serial numbers, network names, uptime in s.' },
  hashboards: {
    title: 'Miner hashboards',
    description: 'Each hashboard: temperatures in °C, voltage in V, frequency in Hz, hashrate in TH/s, errors in MH/s.',
  },
  errors: { title: 'Miner errors', description: 'The errors that a miner reports of itself, with codes and hints.' },
  config: {
    title: 'Miner configuration',
    description: 'What is configured: pools, cooling, tuner, dynamic scaling, hashboards. Never with passwords.',
  },
  pools: {
    title: 'Miner pools',
    description: 'The pool groups at work: which pools are alive and active, and shares.',
  },
  cooling: { title: 'Miner cooling', description: 'Fans in rpm, temperatures in °C, and how cooling is set.' },
};

/** The resources of one miner: its datasets, read through the cache, and what happened to it. */
export function registerMinerResources(server: McpServer, context: ServerContext): void {
  const { inventory } = context.services;
  const complete = { minerId: (typed: string) => suggest(idsOf(inventory.current.miners), typed) };
  // The keys are those of the type, which `Object.entries` cannot say.
  for (const [kind, texts] of Object.entries(DATASETS) as [MinerKind, (typeof DATASETS)[MinerKind]][]) {
    const template = new ResourceTemplate(`braiins:///miner/{minerId}/${kind}`, { list: undefined, complete });
    const metadata = { ...texts, mimeType: MIME_TYPE };
    server.registerResource(`miner-${kind}`, template, metadata, (uri, { minerId }, { signal }) =>
      readDataset(context, uri, decodeSegment(String(minerId)), kind, signal).catch(toMcpError),
    );
  }
  const template = new ResourceTemplate('braiins:///miner/{minerId}/status/stream', { list: undefined, complete });
  const metadata = {
    title: 'Miner status stream',
    description: 'The latest events of a miner, the newest last: states, changes, what was voided. Subscribe for more.',
    mimeType: MIME_TYPE,
  };
  server.registerResource('miner-status-stream', template, metadata, (uri, { minerId }) =>
    readEvents(context, uri, decodeSegment(String(minerId))).catch(toMcpError),
  );
}

async function readDataset(
  { services: { inventory, reads }, clock }: ServerContext,
  uri: URL,
  minerId: string,
  kind: MinerKind,
  signal: AbortSignal,
) {
  const miner = requireMiner(inventory, minerId);
  const reading = await reads.miner(miner, kind, { signal });
  const data = cleanData(reading.data);
  const named = Array.isArray(data) ? { [kind]: data } : (data as object);
  return untrustedContent(uri, { minerId: cleanText(miner.id), ...named, ...provenanceOf(reading, clock.now()) });
}

async function readEvents({ services: { inventory, events }, clock }: ServerContext, uri: URL, minerId: string) {
  const miner = requireMiner(inventory, minerId);
  const recent = await events.recent(SEARCHED_EVENTS);
  const own = recent.filter((event) => event.minerId === miner.id).slice(-SHOWN_EVENTS);
  return untrustedContent(uri, {
    minerId: cleanText(miner.id),
    events: own.map(describeEvent),
    ...provenanceOfNow('redis', clock.now()),
  });
}

function describeEvent({ id, at, kind, text, by }: LoggedEvent) {
  return { id, at: isoTime(at), kind, text: cleanText(text), ...(by === undefined ? {} : { by: cleanText(by) }) };
}

function* idsOf(miners: Iterable<{ readonly id: string }>): Iterable<string> {
  for (const { id } of miners) {
    yield id;
  }
}
