import { Redis } from 'ioredis';
import { generationKeys } from '../../src/cache/keys';
import { type Comparison, measuresOf } from '../comparison';
import { minerRequest, minerValue, openInstance, TENANT } from '../instance';
import { interleave, percentile } from '../interleave';
import { openBento } from '../peers';
import { populate } from '../population';

const KEYS = 1_000_000;
const TENANT_KEYS = 100_000;
const ROUNDS = 100;
const SEEN_TIMEOUT_MS = 2_000;

/** A tenant's 100,000 entries among a million others are voided, and another instance that has one of them notices. */
export async function invalidation(port: number): Promise<Comparison> {
  const admin = new Redis(port, '127.0.0.1');
  await populate(admin, KEYS - TENANT_KEYS, 'v1:cache:miner:other', ':config');
  await populate(admin, TENANT_KEYS, 'v1:cache:miner:m', ':config');
  const instance = await openInstance(port);
  const other = await openInstance(port);
  const bento = openBento(port, { hasL1: true });
  const request = minerRequest('seen', async () => minerValue(1));
  const voidTenant = () => instance.cache.invalidate({ scopes: [generationKeys.fleet(TENANT)], cause: 'bench' });
  try {
    const values = await interleave({
      'Fleet Cache, by generation': () => rounds(voidTenant),
      'BentoCache, by tag': () => rounds(() => bento.bento.deleteByTag({ tags: [TENANT] })),
    });
    const seen: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await whenFromFirstTier(() => other.cache.getOrFetch(request));
      const started = performance.now();
      const voided = voidTenant();
      await whenNotFromFirstTier(() => other.cache.getOrFetch(request), started);
      seen.push(performance.now() - started);
      await voided;
    }
    return {
      title: '100,000 of 1,000,000 keys voided',
      measures: [
        ...measuresOf(values, 'ms'),
        { contender: 'Fleet Cache, seen by another instance', unit: 'ms', values: seen },
      ],
      goals: [
        {
          name: 'Fleet Cache, by generation',
          unit: 'ms',
          values: values.get('Fleet Cache, by generation') ?? [],
          bound: 'atMost',
          limit: 2,
        },
        {
          name: 'seen by another instance, p99',
          unit: 'ms',
          values: [percentile(seen, 0.99)],
          bound: 'atMost',
          limit: 20,
        },
      ],
    };
  } finally {
    instance.dispose();
    other.dispose();
    await bento.dispose();
    admin.disconnect();
  }
}

/** What one of many takes, in ms. */
async function rounds(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    await run();
  }
  return (performance.now() - started) / ROUNDS;
}

async function whenFromFirstTier(read: () => Promise<{ readonly origin: string }>): Promise<void> {
  const started = performance.now();
  while ((await read()).origin !== 'l1') {
    await nextTurn(started);
  }
}

async function whenNotFromFirstTier(read: () => Promise<{ readonly origin: string }>, started: number): Promise<void> {
  while ((await read()).origin === 'l1') {
    await nextTurn(started);
  }
}

async function nextTurn(started: number): Promise<void> {
  if (performance.now() - started > SEEN_TIMEOUT_MS) {
    throw new Error(`the other instance did not get there within ${SEEN_TIMEOUT_MS} ms`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
