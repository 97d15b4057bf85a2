import { Redis } from 'ioredis';
import { minerKey } from '../../src/cache/keys';
import { cachedFleet, SUMMARY_KINDS } from '../cachedFleet';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { openInstance, TENANT } from '../instance';
import { interleave } from '../interleave';

const MINERS = 5_000;

/** A summary of a fleet that is cached in Redis, made anew, against reading and parsing what it is made of. */
export async function summary(port: number): Promise<Comparison> {
  const instance = await openInstance(port, false);
  const { miners, reads, asked } = cachedFleet(instance, MINERS);
  const raw = new Redis(port, '127.0.0.1');
  const keys = SUMMARY_KINDS.map((kind) => miners.map(({ id }) => minerKey(id, kind)));
  const makeSummary = () => reads.summary(TENANT, { refresh: true });
  try {
    const { data } = await makeSummary();
    if (data.reporting !== MINERS) {
      throw new Error(`the summary has the hashrate of ${data.reporting} miners of ${MINERS}`);
    }
    const values = await interleave({
      'Fleet Cache, summary': () => timed(makeSummary),
      'MGET, parsed': () =>
        timed(async () => {
          const texts = await Promise.all(keys.map((each) => raw.mget(each)));
          return texts.flat().map((text) => JSON.parse(text as string));
        }),
    });
    if (asked() !== MINERS * SUMMARY_KINDS.length) {
      throw new Error(`the miners were asked ${asked()} times, so that not all was cached`);
    }
    return {
      title: `A summary of ${MINERS.toLocaleString('en')} miners that are cached in Redis`,
      measures: measuresOf(values, 'ms'),
      goals: [ratio(values, 'Fleet Cache, summary', 'MGET, parsed', 'atMost', 2)],
    };
  } finally {
    instance.dispose();
    raw.disconnect();
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
