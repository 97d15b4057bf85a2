import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { CallError } from '../../../src/braiins/callErrors';
import { SilentMiners } from '../../../src/braiins/silentMiners';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { ManualClock } from '../../fixtures/manualClock';

const MINER = minerOn(1);

function minerOn(port: number): Miner {
  return { id: `m${port}`, host: '10.0.0.1', port, tenant: 'global', tags: [], tls: false, credentials: 'default' };
}

/** A miner's calls, each of which ends as the test says. */
class Calls {
  readonly clock = new ManualClock();
  readonly returned: string[] = [];
  made = 0;
  private readonly open: { resolve(value: string): void; reject(error: unknown): void }[] = [];

  readonly silent = new SilentMiners(
    { clock: this.clock, firstPauseMs: 1000, longestPauseMs: 8000, random: () => 0.999_999 },
    ({ id }) => this.returned.push(id),
  );

  ask(miner = MINER, signal?: AbortSignal): Promise<string> {
    const answer = this.silent.run(miner, signal, () => {
      this.made++;
      return new Promise<string>((resolve, reject) => this.open.push({ resolve, reject }));
    });
    // Looked at later.
    answer.catch(() => {});
    return answer;
  }

  answer(): void {
    this.open.shift()?.resolve('answer');
  }

  fail(error: unknown = silence()): void {
    this.open.shift()?.reject(error);
  }

  /** Both clocks: the breaker goes by the machine's. */
  pass(ms: number): void {
    this.clock.advance(ms);
    vi.setSystemTime(Date.now() + ms);
  }
}

function silence(message = 'm1 did not answer.'): CallError {
  return new CallError('timeout', message, true, true);
}

describe('G8: a miner that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1, 12) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Fails the first call, so that the miner is silent from now on. */
  async function silentMiner(): Promise<Calls> {
    const calls = new Calls();
    const first = calls.ask();
    calls.fail();
    await expect(first).rejects.toThrow(/^m1 did not answer\.$/);
    return calls;
  }

  it('is not asked within the pause, whoever asks, and everyone gets the last error with its times', async () => {
    const calls = await silentMiner();
    for (let caller = 0; caller < 50; caller++) {
      await expect(calls.ask()).rejects.toEqual(
        new SourceError(
          'timeout',
          'm1 did not answer. No answer since 2026-01-01T12:00:00Z; it is asked again after 2026-01-01T12:00:00Z.',
        ),
      );
    }
    expect(calls.made).toBe(1);
  });

  it('is asked once after each pause, and the pauses double up to a bound', async () => {
    const calls = await silentMiner();
    for (const pauseMs of [1000, 2000, 4000, 8000, 8000]) {
      const before = calls.made;
      calls.pass(pauseMs - 10);
      await expect(calls.ask()).rejects.toThrow('it is asked again after');
      calls.pass(10);
      const all = Array.from({ length: 20 }, () => calls.ask());
      calls.fail(silence(`m1 did not answer after ${pauseMs}.`));
      const ends = await Promise.allSettled(all);
      expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
      expect(calls.made).toBe(before + 1);
      await expect(calls.ask()).rejects.toThrow(
        new RegExp(`^m1 did not answer after ${pauseMs}\\. No answer since 2026-01-01T12:00:00Z`),
      );
    }
  });

  it('is asked by all again as soon as one call is answered', async () => {
    const calls = await silentMiner();
    calls.pass(1000);
    const [probe, waiting] = [calls.ask(), calls.ask()];
    calls.answer();
    expect(await probe).toBe('answer');
    await vi.waitFor(() => expect(calls.made).toBe(3));
    calls.answer();
    expect(await waiting).toBe('answer');
    expect(calls.returned).toEqual(['m1']);
    const after = calls.ask();
    calls.answer();
    expect(await after).toBe('answer');
  });

  it('is not silent again for a caller whom the waiting left no time', async () => {
    const calls = await silentMiner();
    calls.pass(1000);
    const [probe, waiting] = [calls.ask(), calls.ask()];
    calls.pass(10);
    calls.answer();
    await probe;
    await vi.waitFor(() => expect(calls.made).toBe(3));
    calls.fail();
    await expect(waiting).rejects.toThrow(/^m1 did not answer\.$/);
    const next = calls.ask();
    calls.answer();
    expect(await next).toBe('answer');
  });

  it('counts a refusal as an answer', async () => {
    const calls = await silentMiner();
    calls.pass(1000);
    const probe = calls.ask();
    calls.fail(new CallError('failed', 'm1 said no.', false, false));
    await expect(probe).rejects.toThrow('m1 said no.');
    const next = calls.ask();
    calls.answer();
    expect(await next).toBe('answer');
  });

  it('stays silent when the call that was to find out is cancelled', async () => {
    const calls = await silentMiner();
    calls.pass(1000);
    const probe = calls.ask();
    calls.fail(new CancelledError());
    await expect(probe).rejects.toThrow(CancelledError);
    await expect(calls.ask()).rejects.toThrow('it is asked again after');
    expect(calls.made).toBe(2);
  });

  it('lets a caller who waits for another’s attempt go when cancelled', async () => {
    const calls = await silentMiner();
    calls.pass(1000);
    const probe = calls.ask();
    const cancel = new AbortController();
    const waiting = calls.ask(MINER, cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toThrow(CancelledError);
    calls.answer();
    expect(await probe).toBe('answer');
  });

  it('is asked at once for a person, and otherwise left alone as before', async () => {
    const calls = await silentMiner();
    calls.silent.retryNow(MINER);
    const forced = calls.ask();
    calls.fail(silence('m1 is still away.'));
    await expect(forced).rejects.toThrow(/^m1 is still away\.$/);
    await expect(calls.ask()).rejects.toThrow('m1 is still away. No answer since 2026-01-01T12:00:00Z');
    expect(calls.made).toBe(2);
    // The pauses have not begun anew.
    calls.pass(1500);
    await expect(calls.ask()).rejects.toThrow('it is asked again after');
    calls.silent.retryNow(minerOn(2));
    expect(calls.made).toBe(2);
  });

  it('is not left alone for one call while it answers others', async () => {
    const calls = new Calls();
    const slow = calls.ask();
    calls.clock.advance(10);
    calls.silent.noteAnswer(MINER);
    calls.fail();
    await expect(slow).rejects.toThrow('did not answer');
    const next = calls.ask();
    calls.answer();
    expect(await next).toBe('answer');
  });

  it('costs the other miners nothing', async () => {
    const calls = await silentMiner();
    const other = calls.ask(minerOn(2));
    calls.answer();
    expect(await other).toBe('answer');
  });

  it('is forgotten when it leaves the inventory', async () => {
    const calls = await silentMiner();
    calls.silent.retain([MINER]);
    await expect(calls.ask()).rejects.toThrow('it is asked again after');
    calls.silent.retain([minerOn(2)]);
    const again = calls.ask();
    calls.answer();
    expect(await again).toBe('answer');
  });
});
