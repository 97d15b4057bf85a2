import { silentLogger } from '../../../src/base/logger';
import { BraiinsSource } from '../../../src/braiins/braiinsSource';
import { knownLogin, minerAt } from './endpoints';

const PAUSE_MS = 50;
const PATIENCE_MS = 5_000;

/**
 * A process of its own that uses a source in every way, disposes it, writes what the process still holds, and then has to
 * end by itself. Arguments: the ports of a miner, of one that is silent, of one that swallows packets, and of none.
 */
async function main(): Promise<void> {
  const [miner = 0, silent = 0, hole = 0, none = 0] = process.argv.slice(2).map(Number);
  const source = new BraiinsSource({ credentials: knownLogin(), logger: silentLogger, deadlineMs: 3000 });
  const ignore = { onStatus: () => {}, onLost: () => {} };
  for (const port of [miner, silent, hole, none]) {
    source.watchStatus(minerAt(port), ignore);
  }
  await Promise.allSettled([miner, silent, hole, none].map((port) => source.read(minerAt(port), 'stats')));
  await source.read(minerAt(miner), 'status');
  // Under way, and at the most awkward moment, while everything is disposed.
  const last = [miner, silent, hole, none].map((port) => source.read(minerAt(port), 'stats'));
  source.dispose();
  await Promise.allSettled(last);
  // A connection goes when the other side has heard of it, which may be busy.
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += PAUSE_MS) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (!process.getActiveResourcesInfo().some((resource) => /Socket|TCP|HTTP2/i.test(resource))) {
      break;
    }
  }
  process.stdout.write(JSON.stringify(process.getActiveResourcesInfo()));
}

void main();
