import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { type FollowStatus, StatusWatch } from '../../../src/braiins/statusWatch';
import type { MinerStatus } from '../../../src/fleet/minerData';
import { SourceError, type SourceFailure } from '../../../src/fleet/minerSource';
import { ManualClock } from '../../fixtures/manualClock';

const miner = { id: 'm', host: 'h', port: 1, tenant: 'global', tags: [], tls: false, credentials: 'default' };
const normal: MinerStatus = { state: 'normal' };

function setUp(onLost: (error: SourceError) => void = () => {}) {
  const clock = new ManualClock();
  const opened: { say(status: MinerStatus): void; fail(failure: SourceFailure): Promise<void>; signal: AbortSignal }[] =
    [];
  const seen: string[] = [];
  const follow: FollowStatus = (signal, onStatus) =>
    new Promise((_resolve, reject) => {
      opened.push({
        say: onStatus,
        signal,
        fail: async (failure) => {
          reject(new SourceError(failure, failure));
          await new Promise(setImmediate);
        },
      });
    });
  const watch = new StatusWatch({
    miner,
    follow,
    clock,
    logger: silentLogger,
    random: () => 0,
    watcher: {
      onStatus: (status) => seen.push(status.state),
      onLost: (error) => {
        seen.push(error.failure);
        onLost(error);
      },
    },
  });
  return { clock, opened, seen, watch };
}

describe('StatusWatch', () => {
  it('opens again with doubling, capped pauses, and from the start after a status', async () => {
    const { clock, opened } = setUp();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      await opened.at(-1)?.fail('unreachable');
      const [pause = 0] = clock.pending;
      pauses.push(pause);
      clock.advance(pause);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    opened.at(-1)?.say(normal);
    await opened.at(-1)?.fail('unreachable');
    expect(clock.pending).toEqual([500]);
  });

  it('reports a loss once, and again when the reason changes or a status came between', async () => {
    const { clock, opened, seen } = setUp();
    opened[0]?.say(normal);
    await opened[0]?.fail('unreachable');
    clock.advance(60_000);
    await opened[1]?.fail('unreachable');
    clock.advance(60_000);
    await opened[2]?.fail('timeout');
    clock.advance(60_000);
    opened[3]?.say(normal);
    await opened[3]?.fail('timeout');
    expect(seen).toEqual(['normal', 'unreachable', 'timeout', 'normal', 'timeout']);
  });

  it('stops when the login is refused', async () => {
    const { clock, opened, seen } = setUp();
    await opened[0]?.fail('login-refused');
    expect(clock.pending).toEqual([]);
    clock.advance(60_000);
    expect(opened).toHaveLength(1);
    expect(seen).toEqual(['login-refused']);
  });

  it('says nothing more and leaves no timer once disposed', async () => {
    const { clock, opened, seen, watch } = setUp();
    opened[0]?.say(normal);
    await opened[0]?.fail('unreachable');
    watch.dispose();
    expect(clock.pending).toEqual([]);
    opened[0]?.say(normal);
    expect(seen).toEqual(['normal', 'unreachable']);
    expect(opened[0]?.signal.aborted).toBe(true);
  });

  it('can be disposed from within onLost', async () => {
    const { clock, opened, watch } = setUp(() => watch.dispose());
    await opened[0]?.fail('unreachable');
    expect(clock.pending).toEqual([]);
  });

  it('survives a follower that throws', async () => {
    const { clock, opened, seen } = setUp(() => {
      throw new Error('the follower is broken');
    });
    await opened[0]?.fail('unreachable');
    clock.advance(60_000);
    opened[1]?.say(normal);
    expect(seen).toEqual(['unreachable', 'normal']);
  });
});
