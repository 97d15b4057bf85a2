import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import type { Miner } from '../../../src/fleet/miner';
import type { MinerDatasets, MinerKind } from '../../../src/fleet/minerData';
import { type MinerSource, SourceError } from '../../../src/fleet/minerSource';
import { FleetMonitor } from '../../../src/service/fleetMonitor';
import { FleetReads } from '../../../src/service/fleetReads';
import { Rig } from '../cache/rig';

const MINERS = Array.from(
  { length: 10 },
  (_, index): Miner => ({
    id: `m${index}`,
    host: '127.0.0.1',
    port: 50_051,
    tenant: 'north',
    tags: [],
    tls: false,
    credentials: 'default',
  }),
);
const DATA = { status: { state: 'normal' }, stats: { powerW: 3_000 } } as const;

/** How long each miner's answer takes, in ms; a failure in the place of one, now or later. */
type Answers = (miner: Miner, kind: MinerKind) => number | Error | Promise<never>;

describe('the monitor', () => {
  let rig: Rig;
  let answers: Answers;
  let monitor: FleetMonitor;
  /** How many miners changed, and when, in ms since the monitor was made. */
  let told: { readonly at: number; readonly miners: number }[];

  beforeEach(() => {
    rig = new Rig();
    const { clock } = rig;
    const { cache } = rig.open('a');
    const start = clock.now();
    answers = () => 0;
    const source: Pick<MinerSource, 'read' | 'retryNow'> = {
      async read<K extends MinerKind>(miner: Miner, kind: K, signal?: AbortSignal) {
        rig.fetched.push(`${miner.id} ${kind}`);
        const answer = answers(miner, kind);
        if (answer instanceof Error) {
          throw answer;
        }
        const takesMs = await answer;
        await new Promise<void>((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new CancelledError()));
          clock.setTimeout(resolve, takesMs);
        });
        return DATA[kind as keyof typeof DATA] as MinerDatasets[K];
      },
      retryNow() {},
    };
    const inventory = {
      path: '/fleet.json',
      file: 'fleet.json',
      current: { miners: MINERS, problems: [] },
      find: (id: string) => MINERS.find((miner) => miner.id === id),
      onDidChange: () => ({ dispose() {} }),
      reload: async () => {},
    };
    const reads = new FleetReads(cache, source as MinerSource, inventory);
    monitor = new FleetMonitor(reads, source as MinerSource, inventory, clock);
    told = [];
    monitor.onDidChange((ids) => told.push({ at: clock.now() - start, miners: ids.size }));
  });

  afterEach(() => monitor.dispose());

  it('asks each miner for both datasets once, and nobody when all is cached', async () => {
    await rig.ended(monitor.refresh(MINERS));
    expect(rig.fetched).toHaveLength(2 * MINERS.length);
    await rig.ended(monitor.refresh(MINERS));
    expect(rig.fetched).toHaveLength(2 * MINERS.length);
    expect(MINERS.map(({ id }) => monitor.view(id))).toEqual(
      MINERS.map(() =>
        expect.objectContaining({ type: 'online', stats: expect.objectContaining({ data: DATA.stats }) }),
      ),
    );
  });

  it('shows a miner without figures when only its status is known, and the reason when that is not', async () => {
    const failure = new SourceError('timeout', 'It is silent.');
    answers = ({ id }, kind) => (id === 'm1' || (id === 'm2' && kind === 'stats') ? failure : 0);
    await rig.ended(monitor.refresh(MINERS));
    expect(monitor.view('m1')).toEqual({ type: 'failed', failure: 'timeout', reason: failure.message });
    expect(monitor.view('m2')).toMatchObject({ type: 'online', stats: undefined });
  });

  it('tells of what came so far, and waits once for an end that is near', async () => {
    // One is slow: when the others are there, it seems that it will come soon.
    answers = ({ id }) => (id === 'm9' ? 2_000 : 250);
    await rig.ended(monitor.refresh(MINERS));
    expect(told).toEqual([
      { at: 1_050, miners: 9 },
      { at: 2_000, miners: 1 },
    ]);
  });

  it('tells at once when the refresh has ended', async () => {
    answers = () => 150;
    await rig.ended(monitor.refresh(MINERS));
    expect(told).toEqual([{ at: 150, miners: MINERS.length }]);
  });

  it('shows the status of a miner that was unread as soon as it is known, and its figures later', async () => {
    answers = (_, kind) => (kind === 'stats' ? 5_000 : 0);
    const refresh = rig.ended(monitor.refresh(MINERS));
    await rig.pass(1_000);
    expect(monitor.view('m0')).toMatchObject({ type: 'online', status: { data: DATA.status }, stats: undefined });
    await refresh;
    expect(monitor.view('m0')).toMatchObject({ type: 'online', stats: { data: DATA.stats } });
    rig.clock.advance(60_000);
    const again = rig.ended(monitor.refresh(MINERS));
    await rig.pass(1_000);
    // What is on the way anew is not taken away meanwhile.
    expect(monitor.view('m0')).toMatchObject({ type: 'online', stats: { data: DATA.stats } });
    await again;
  });

  it('shows what was read last, also when what was read before comes later', async () => {
    const late = () =>
      new Promise<never>((_, reject) => {
        rig.clock.setTimeout(() => reject(new SourceError('timeout', 'It is silent.')), 5_000);
      });
    answers = ({ id }, kind) => (id === 'm1' ? late() : kind === 'stats' ? 5_000 : 0);
    const slow = rig.ended(monitor.refresh(MINERS));
    await rig.pass(1_000);
    const beganAt = rig.clock.now();
    // As after an event: the miner is another one by now.
    answers = () => 0;
    await rig.ended(monitor.refresh(MINERS, { refresh: true }));
    const views = MINERS.map(({ id }) => monitor.view(id));
    expect(views).toEqual(
      MINERS.map(() =>
        expect.objectContaining({ type: 'online', status: expect.objectContaining({ fetchedAt: beganAt }) }),
      ),
    );
    await slow;
    expect(MINERS.map(({ id }) => monitor.view(id))).toEqual(views);
  });

  it('shows what a slow refresh fetched after a quick one gave what was cached', async () => {
    await rig.ended(monitor.refresh(MINERS));
    rig.clock.advance(2_000);
    answers = () => 1_000;
    const slow = rig.ended(monitor.refresh(MINERS, { refresh: true }));
    await rig.ended(monitor.refresh(MINERS), 500);
    await slow;
    const [status] = MINERS.map(({ id }) => monitor.view(id)).map((view) => view.type === 'online' && view.status);
    expect(status).toMatchObject({ fetchedAt: rig.clock.now() });
  });

  it('is up to date when all that is being read is there, and not only what was asked for last', async () => {
    answers = () => 5_000;
    const whole = rig.ended(monitor.refresh(MINERS));
    await rig.pass(1_000);
    answers = () => 0;
    // As after an event of one of them.
    await rig.ended(monitor.refresh(MINERS.slice(0, 1), { refresh: true }), 500);
    let isUpToDate = false;
    const waited = monitor.refreshed(60_000).then(() => {
      isUpToDate = true;
    });
    await rig.pass(1_000);
    expect(isUpToDate).toBe(false);
    await whole;
    await waited;
    expect(MINERS.map(({ id }) => monitor.view(id).type)).toEqual(MINERS.map(() => 'online'));
  });

  it('takes a miner whose reading was cancelled for what it was', async () => {
    answers = () => 5_000;
    const stop = new AbortController();
    rig.clock.setTimeout(() => stop.abort(), 1_000);
    const result = await rig.ended(monitor.refresh(MINERS, { signal: stop.signal }));
    expect(result.status).toBe('fulfilled');
    expect(monitor.view('m0')).toEqual({ type: 'unread' });
  });
});
