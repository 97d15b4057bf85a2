import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock';
import { Sessions } from '../../../src/simulator/sessions';
import { ManualClock } from '../../fixtures/manualClock';

const LOGIN = { username: 'root', password: 'pw' };

function sessionsAt(start: number, timeoutS: number) {
  let now = start;
  const clock: Clock = { now: () => now, monotonic: () => 0, setTimeout: () => ({ dispose() {} }) };
  return {
    sessions: new Sessions(LOGIN, timeoutS, clock),
    pass(seconds: number) {
      now += seconds * 1_000;
    },
  };
}

describe('Sessions', () => {
  it('ends a token that was not used for its time', () => {
    const { sessions, pass } = sessionsAt(1_000, 60);
    const token = sessions.login('root', 'pw');

    pass(59);
    expect(sessions.admit(token)).toBe(true);
    pass(60);
    expect(sessions.admit(token)).toBe(false);
  });

  it('starts the time anew with every call', () => {
    const { sessions, pass } = sessionsAt(1_000, 60);
    const token = sessions.login('root', 'pw');

    for (let call = 0; call < 5; call++) {
      pass(40);
      expect(sessions.admit(token)).toBe(true);
    }
  });

  it('refuses wrong words, no token, and a token that it never gave', () => {
    const { sessions } = sessionsAt(0, 60);

    expect(sessions.login('root', 'wrong')).toBeUndefined();
    expect(sessions.login('admin', 'pw')).toBeUndefined();
    expect(sessions.admit(undefined)).toBe(false);
    expect(sessions.admit('made-up')).toBe(false);
  });

  it('ends a token in use when its life is limited, and tells nobody', () => {
    const { sessions, pass } = sessionsAt(1_000, 60);
    const old = sessions.login('root', 'pw');
    pass(10);
    const token = sessions.login('root', 'pw');
    sessions.limitLifetime(10_000);

    expect(sessions.admit(old)).toBe(false);
    pass(9);
    expect(sessions.admit(token)).toBe(true);
    expect(sessions.timeoutS).toBe(60);
    pass(1);
    expect(sessions.admit(token)).toBe(false);
    expect(sessions.admit(sessions.login('root', 'pw'))).toBe(true);
  });

  it('needs a login only where there is one', () => {
    const { sessions } = sessionsAt(0, 60);
    expect(sessions.areNeeded).toBe(true);
    expect(new Sessions(undefined, 60, new ManualClock()).areNeeded).toBe(false);
  });
});
