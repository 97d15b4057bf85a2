import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CacheProcess, CacheProcessBundle, type SharedSource } from '../../fixtures/cacheProcesses';
import type { ReadReport } from '../../fixtures/cacheProcessMessages';
import { eventually } from '../../fixtures/eventually';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';

const PROCESSES = 4;
const READERS = 250;
const FETCH_MS = 50;
/** After which the others take a process for dead that fetches: longer than a busy machine stops one for. */
const LOCK_TTL_MS = 10_000;
/** Where one dies, and the others are to go on. */
const SHORT_LOCK_TTL_MS = 2_000;

/** The source that all processes share, and what it saw. */
class Source {
  /** Names of the processes that asked. */
  calls: string[] = [];
  answer: (call: number) => Promise<string> = async (call) => {
    await sleep(FETCH_MS);
    return `value ${call}`;
  };

  readonly fetch: SharedSource = (_minerId, by) => this.answer(this.calls.push(by.name));
}

describe('processes that share one Redis', () => {
  let bundle: CacheProcessBundle;
  let redis: TestRedis;
  let source: Source;
  let processes: readonly CacheProcess[];

  beforeAll(async () => {
    bundle = await CacheProcessBundle.build();
  });

  afterAll(() => bundle.remove());

  beforeEach(async () => {
    redis = await startTestRedis();
    source = new Source();
  });

  async function start(lockTtlMs = LOCK_TTL_MS): Promise<void> {
    processes = await bundle.start(PROCESSES, redis.url, source.fetch, lockTtlMs);
  }

  afterEach(async () => {
    await bundle.killAll();
    await redis.stop();
  });

  function readAll(minerId: string): Promise<ReadReport[]> {
    return Promise.all(processes.map((each) => each.read(minerId, READERS)));
  }

  it('G1: fetch a cold key once, however many read it', async () => {
    await start();
    const reports = await readAll('m1');
    expect(source.calls).toHaveLength(1);
    for (const { values, errors, counts } of reports) {
      expect(errors).toEqual([]);
      expect(values).toEqual(Array(READERS).fill('value 1'));
      expect(counts.lookups).toBe(READERS);
    }
    // G7: of all lookups of all processes, one is the fetch.
    expect(reports.reduce((sum, { counts }) => sum + counts.fetches, 0)).toBe(1);
  });

  it('G1: fetch each of many cold keys once', async () => {
    await start();
    const miners = Array.from({ length: 20 }, (_, index) => `m${index}`);
    const reports = await Promise.all(miners.flatMap((id) => processes.map((each) => each.read(id, 10))));
    expect(source.calls).toHaveLength(miners.length);
    expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('G1: take over from one that is killed in the middle of its fetch, once', async () => {
    await start(SHORT_LOCK_TTL_MS);
    const answers: (() => void)[] = [];
    source.answer = (call) => new Promise((resolve) => answers.push(() => resolve(`value ${call}`)));
    const reads = processes.map((each) => each.read('m1', READERS));
    for (const read of reads) {
      // The one of the process that is killed.
      read.catch(() => {});
    }
    await eventually(() => expect(source.calls).toHaveLength(1));
    const [holder] = source.calls;
    await processes.find(({ name }) => name === holder)?.kill();
    await eventually(() => expect(source.calls).toHaveLength(2));
    expect(source.calls[1]).not.toBe(holder);
    // Long enough for a lock that is not renewed to expire while its holder fetches.
    await sleep(SHORT_LOCK_TTL_MS + 500);
    answers[1]?.();
    const results = await Promise.allSettled(reads);
    const living = results.filter((_, index) => processes[index]?.name !== holder);
    for (const result of living) {
      expect(result).toMatchObject({ status: 'fulfilled', value: { errors: [] } });
      expect((result as PromiseFulfilledResult<ReadReport>).value.values).toEqual(Array(READERS).fill('value 2'));
    }
    expect(source.calls).toHaveLength(2);
  });

  it('share the error of a source that fails', async () => {
    await start();
    source.answer = async () => {
      await sleep(FETCH_MS);
      throw new Error('The miner is asleep.');
    };
    const reports = await readAll('m1');
    expect(source.calls).toHaveLength(1);
    for (const { values, errors } of reports) {
      expect(values).toEqual([]);
      expect(errors).toEqual(Array(READERS).fill('SourceRefusedError: The miner is asleep.'));
    }
  });

  it('G2: see what another one invalidated', async () => {
    await start();
    await readAll('m1');
    const [first, ...others] = processes as [CacheProcess, ...CacheProcess[]];
    for (let round = 2; round <= 5; round++) {
      const fresh = `value ${round}`;
      expect((await first.invalidate('m1')).values).toEqual([fresh]);
      await Promise.all(
        others.map((each) =>
          eventually(async () => expect((await each.read('m1', READERS)).values).toEqual(Array(READERS).fill(fresh))),
        ),
      );
      // Who saw the invalidation later than others found the entry that came after it.
      expect(source.calls).toHaveLength(round);
    }
  });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
