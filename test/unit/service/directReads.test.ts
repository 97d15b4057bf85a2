import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import type { Inventory } from '../../../src/fleet/inventory';
import type { Miner } from '../../../src/fleet/miner';
import { type MinerSource, SourceError } from '../../../src/fleet/minerSource';
import { DirectReads, type DirectReadsOptions } from '../../../src/service/directReads';

const NEVER = new AbortController().signal;

function miner(index: number): Miner {
  return { id: `m${index}`, host: 'h', port: 1, tenant: 't', tags: [], tls: false, credentials: 'default' };
}

function rig(
  count: number,
  online: readonly string[],
  options: { readonly dead?: (id: string) => boolean; readonly meanMs?: number } = {},
) {
  const asked: string[] = [];
  const miners = Array.from({ length: count }, (_, index) => miner(index));
  const read = async ({ id }: Miner) => {
    asked.push(id);
    if (options.dead?.(id) === true) {
      throw new SourceError('unreachable', `${id} is off.`);
    }
  };
  const direct = new DirectReads({
    source: { read: read as unknown as MinerSource['read'] },
    inventory: { current: { miners } } as unknown as Inventory,
    monitor: { view: (id) => (online.includes(id) ? ({ type: 'online' } as never) : { type: 'unread' }) },
    metrics: { meanFetchMs: () => options.meanMs },
  } satisfies DirectReadsOptions);
  return { direct, asked };
}

describe('direct reads', () => {
  it('read a few miners that are known to answer, a few times, and the same ones again', async () => {
    const online = ['m3', 'm5', 'm6', 'm7', 'm8', 'm9'];
    const { direct, asked } = rig(100, online);
    const first = await direct.read(NEVER);
    expect(first).toMatchObject({ type: 'read', miners: 4 });
    expect(first.type === 'read' && first.latenciesMs.length).toBe(12);
    await direct.read(NEVER);
    expect(new Set(asked)).toEqual(new Set(['m3', 'm5', 'm6', 'm7']));
    // The first of each opened its connection, and does not count.
    expect(asked).toHaveLength(4 + 24);
  });

  it('try some where nothing is known, and leave those alone that do not answer', async () => {
    const { direct, asked } = rig(100, [], { dead: (id) => id !== 'm2' });
    expect(await direct.read(NEVER)).toMatchObject({ type: 'read', miners: 1 });
    expect(asked.filter((id) => id === 'm0')).toHaveLength(1);
    expect(new Set(asked).size).toBeLessThanOrEqual(12);
  });

  it('end after a bounded number of reads, however often they are asked for', async () => {
    const { direct, asked } = rig(10, []);
    for (let each = 0; each < 100; each++) {
      await direct.read(NEVER);
    }
    expect(asked.length).toBeLessThanOrEqual(240);
  });

  it('say why there are none, with what reading took before if that is known', async () => {
    const dead = () => true;
    expect(await rig(2, [], { dead }).direct.read(NEVER)).toEqual({
      type: 'none',
      reason: 'No miner answered. m1 is off.',
    });
    expect(await rig(2, [], { dead, meanMs: 45 }).direct.read(NEVER)).toMatchObject({ type: 'recorded', meanMs: 45 });
    expect(await rig(0, []).direct.read(NEVER)).toEqual({ type: 'none', reason: 'The inventory lists no miner.' });
  });

  it('end when they are cancelled', async () => {
    await expect(rig(2, []).direct.read(AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });
});
