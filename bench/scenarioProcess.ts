// The entry point of the processes that measure: `<role> <argument>`, of a scenario the port of Redis. A scenario sends its comparison and ends.
import { describeError } from '../src/base/errors';
import type { Comparison } from './comparison';
import { simulatedFleet } from './fleetProcess';
import { mcpServer } from './mcp/serverProcess';
import { batch, batchContender } from './scenarios/batch';
import { invalidation } from './scenarios/invalidation';
import { keys } from './scenarios/keys';
import { l1Hit } from './scenarios/l1Hit';
import { l2Hit, l2HitContender } from './scenarios/l2Hit';
import { mcp } from './scenarios/mcp';
import { memory } from './scenarios/memory';
import { purge, purgeReader } from './scenarios/purge';
import { stampede, stampedeReaders } from './scenarios/stampede';
import { summary } from './scenarios/summary';
import { takeOver, watchingInstance } from './scenarios/takeOver';
import { warmFleet, warmFleetContender } from './scenarios/warmFleet';
import { watch } from './scenarios/watch';

const SCENARIOS: Readonly<Record<string, (port: number) => Promise<Comparison>>> = {
  l1Hit,
  l2Hit,
  batch,
  stampede,
  invalidation,
  purge,
  keys,
  memory,
  summary,
  warmFleet,
  watch,
  takeOver,
  mcp,
};
/** Processes that scenarios start, with the one argument that they give. */
const HELPERS: Readonly<Record<string, (argument: string) => Promise<void>>> = {
  batchContender,
  l2HitContender,
  mcpServer,
  stampedeReaders: (port) => stampedeReaders(Number(port)),
  purgeReader: (port) => purgeReader(Number(port)),
  simulatedFleet,
  warmFleetContender,
  watchingInstance,
};

async function main(role: string, argument: string): Promise<void> {
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit(1));
  const scenario = SCENARIOS[role];
  if (scenario === undefined) {
    await HELPERS[role]?.(argument);
    return;
  }
  const message = await scenario(Number(argument)).then(
    (comparison) => ({ comparison }),
    (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : describeError(error) }),
  );
  process.send?.(message, () => process.exit(0));
}

void main(process.argv[2] ?? '', process.argv[3] ?? '');
