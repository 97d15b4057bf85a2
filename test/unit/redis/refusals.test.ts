import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/base/logger';
import { silentLogger } from '../../../src/base/logger';
import { Refusals } from '../../../src/redis/refusals';
import { ManualClock } from '../../fixtures/manualClock';

function refusal(message: string, name: string, ...args: readonly string[]): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', command: { name, args } });
}

function setUp(logger: Logger = silentLogger) {
  const clock = new ManualClock();
  const states: (string | undefined)[] = [];
  const refusals: Refusals = new Refusals({
    address: 'h:6379',
    clock,
    logger,
    // Keys of this test name their node.
    nodeOf: (key) => key.split('@')[1],
    onChange: () => states.push(refusals.health?.state),
  });
  return { clock, refusals, states };
}

const full = (key: string) => refusal('OOM command not allowed', 'set', key, 'text');

describe('Refusals', () => {
  it('G3: stand while other nodes of the Cluster take writes', () => {
    const { clock, refusals, states } = setUp();
    for (let round = 0; round < 100; round++) {
      refusals.note(full('v1:cache:a@one'));
      refusals.noteAccepted('set', 'v1:cache:b@two');
      clock.advance(1_000);
    }
    expect(states).toEqual(['refusing-writes']);
    expect(refusals.health).toMatchObject({
      reason: 'Redis at h:6379 refuses writes on one: OOM command not allowed.',
    });
  });

  it('G3: stand while the user may write other kinds of keys', () => {
    const { clock, refusals, states } = setUp();
    for (let round = 0; round < 100; round++) {
      refusals.noteAccepted('script', 'v1:lock:a');
      // Newer servers name the key.
      refusals.note(refusal(`NOPERM No permissions to access the 'v1:cache:${round}' key`, 'set', `v1:cache:${round}`));
      clock.advance(1_000);
    }
    expect(states).toEqual(['refusing-writes']);
  });

  it('G3: end two seconds after the last when the like was accepted since', () => {
    const { clock, refusals, states } = setUp();
    refusals.note(full('v1:cache:a'));
    clock.advance(500);
    refusals.noteAccepted('script', 'v1:gen:all');
    clock.advance(1_499);
    expect(refusals.health).toBeDefined();
    clock.advance(1);
    expect(refusals.health).toBeUndefined();
    expect(states).toEqual(['refusing-writes', undefined]);
    expect(clock.pending).toEqual([]);
  });

  it('end at once when the like is accepted later than that', () => {
    const { clock, refusals } = setUp();
    refusals.note(full('v1:cache:a'));
    clock.advance(2_000);
    refusals.noteAccepted('get', 'v1:cache:a');
    expect(refusals.health).toBeDefined();
    refusals.noteAccepted('set', 'v1:cache:a');
    expect(refusals.health).toBeUndefined();
  });

  it('stand while a server at the limit of its memory refuses some writes and accepts others', () => {
    const { clock, refusals, states } = setUp();
    for (let round = 0; round < 100; round++) {
      refusals.note(full('v1:cache:a'));
      clock.advance(500);
      refusals.noteAccepted('set', 'v1:cache:a');
      clock.advance(500);
    }
    expect(states).toEqual(['refusing-writes']);
  });

  it('end after 30 seconds in which nobody tried', () => {
    const { clock, refusals } = setUp();
    refusals.note(full('v1:cache:a'));
    clock.advance(20_000);
    refusals.note(full('v1:cache:b'));
    clock.advance(29_999);
    expect(refusals.health).toBeDefined();
    clock.advance(1);
    expect(refusals.health).toBeUndefined();
  });

  it('tell of reads first, and of each command that does not concern health once in the log', () => {
    const warnings: string[] = [];
    const { refusals } = setUp({ ...silentLogger, warn: (message) => warnings.push(message) });
    refusals.note(full('v1:cache:a'));
    refusals.note(refusal('NOPERM no', 'mget', 'v1:cache:a'));
    expect(refusals.health).toMatchObject({
      state: 'refusing-reads',
      reason: expect.stringContaining(
        'does not let the user run MGET on v1:cache:*: NOPERM no. Grant it with ACL SETUSER',
      ),
    });
    refusals.note(refusal('NOPERM no', 'publish', 'events:cache'));
    refusals.note(refusal('NOPERM no', 'publish', 'events:cache'));
    expect(warnings).toEqual([expect.stringContaining('run PUBLISH on events:*')]);
  });

  it('are forgotten with the connection', () => {
    const { clock, refusals } = setUp();
    refusals.note(full('v1:cache:a'));
    refusals.clear();
    expect(refusals.health).toBeUndefined();
    expect(clock.pending).toEqual([]);
  });
});
