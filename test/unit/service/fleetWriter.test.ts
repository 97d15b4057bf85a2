import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { FleetWriter, remaining } from '../../../src/service/fleetWriter';
import type { MinerWriter } from '../../../src/service/minerWriter';

const MINERS: Miner[] = Array.from({ length: 6 }, (_, index) => ({
  id: `m${index}`,
  host: 'h',
  port: 1,
  tenant: 'north',
  tags: [],
  tls: false,
  credentials: 'default',
}));
const ids = (miners: readonly Miner[]) => miners.map(({ id }) => id);

/** That changes each miner as the function does. */
function fleetWriter(change: (miner: Miner, signal: AbortSignal | undefined) => Promise<void>): FleetWriter {
  const writer = { change: (miner: Miner, _: unknown, signal?: AbortSignal) => change(miner, signal) } as MinerWriter;
  return new FleetWriter(writer, { require: async () => {} });
}

describe('FleetWriter', () => {
  it('changes all it can, says of each other one why not, and those can be tried again', async () => {
    let isBroken = true;
    const asked: string[] = [];
    const fleet = fleetWriter(async ({ id }) => {
      asked.push(id);
      if (isBroken && (id === 'm1' || id === 'm4')) {
        throw new SourceError('timeout', `${id} did not answer.`);
      }
    });
    const progress: string[] = [];
    const first = await fleet.change(
      MINERS,
      { type: 'pause' },
      { onProgress: (done, total) => void progress.push(`${done}/${total}`) },
    );
    expect(ids(first.changed).sort()).toEqual(['m0', 'm2', 'm3', 'm5']);
    expect(first.failed.map(({ miner, reason }) => [miner.id, reason])).toEqual([
      ['m1', 'm1 did not answer.'],
      ['m4', 'm4 did not answer.'],
    ]);
    expect(progress.at(-1)).toBe('6/6');
    isBroken = false;
    asked.length = 0;
    const second = await fleet.change(remaining(first), { type: 'pause' });
    expect(asked).toEqual(['m1', 'm4']);
    expect(remaining(second)).toEqual([]);
  });

  it('asks no further miner once it is cancelled, and tells which were not changed', async () => {
    const stop = new AbortController();
    const fleet = fleetWriter(async ({ id }, signal) => {
      if (id === 'm2') {
        stop.abort();
      }
      if (signal?.aborted) {
        throw new CancelledError();
      }
    });
    const report = await fleet.change(MINERS, { type: 'pause' }, { concurrency: 1, signal: stop.signal });
    expect(ids(report.changed)).toEqual(['m0', 'm1']);
    expect(report.failed).toEqual([]);
    expect(ids(report.untouched)).toEqual(['m2', 'm3', 'm4', 'm5']);
    expect(ids(remaining(report))).toEqual(['m2', 'm3', 'm4', 'm5']);
  });

  it('asks no more miners at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const fleet = fleetWriter(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    });
    await fleet.change(MINERS, { type: 'pause' }, { concurrency: 2 });
    expect(most).toBe(2);
  });
});
