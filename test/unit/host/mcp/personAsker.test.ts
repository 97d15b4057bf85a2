import { describe, expect, it } from 'vitest';
import { PersonAsker } from '../../../../src/host/mcp/personAsker';
import type { Question } from '../../../../src/service/windowServing';
import { ManualClock } from '../../../fixtures/manualClock';

const NEVER = new AbortController().signal;

function question(title: string): Question {
  return { title, detail: 'The miner stops.', agreement: 'Pause' };
}

/** A window whose dialogs a test answers. */
function window() {
  const clock = new ManualClock();
  const open: { readonly title: string; readonly answer: (hasAgreed: boolean) => void }[] = [];
  const shown: string[] = [];
  let late = 0;
  const dialog = {
    ask: ({ title }: Question) =>
      new Promise<boolean>((answer) => {
        shown.push(title);
        open.push({ title, answer });
      }),
    tellTooLate: () => void late++,
  };
  const asker = new PersonAsker(dialog, clock);
  const answer = async (hasAgreed: boolean) => {
    open.shift()?.answer(hasAgreed);
    await new Promise(setImmediate);
  };
  return { asker, clock, shown, open, answer, late: () => late };
}

describe('what a person is asked for agents', () => {
  it('is one question after the other, each answered by itself', async () => {
    const { asker, shown, open, answer } = window();
    const one = asker.ask(question('One?'), {}, NEVER);
    const two = asker.ask(question('Two?'), {}, NEVER);
    expect(shown).toEqual(['One?']);
    await answer(true);
    expect(await one).toBe(true);
    expect(shown).toEqual(['One?', 'Two?']);
    await answer(false);
    expect(await two).toBe(false);
    expect(open).toEqual([]);
  });

  it('is one question of each agent, and three in all, however many they ask', async () => {
    const { asker, shown, answer } = window();
    const flood = {};
    const asked = Array.from({ length: 300 }, (_, index) => asker.ask(question(`Reboot ${index}?`), flood, NEVER));
    const outcomes = await Promise.allSettled(asked.slice(1));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(asked[1]).rejects.toThrow(/not answered this agent’s former question yet/);
    const others = [asker.ask(question('Second?'), {}, NEVER), asker.ask(question('Third?'), {}, NEVER)];
    await expect(asker.ask(question('Fourth?'), {}, NEVER)).rejects.toThrow(/what other agents have asked/);
    for (let index = 0; index < 3; index++) {
      await answer(true);
    }
    expect(await Promise.all([asked[0], ...others])).toEqual([true, true, true]);
    expect(shown).toEqual(['Reboot 0?', 'Second?', 'Third?']);
  });

  it('is nothing for a while after a refusal, and longer after each further one', async () => {
    const { asker, clock, answer, shown } = window();
    const client = {};
    const refuse = async () => {
      const asked = asker.ask(question('Again?'), client, NEVER);
      await answer(false);
      expect(await asked).toBe(false);
    };
    const pauses = [];
    for (let round = 0; round < 9; round++) {
      await refuse();
      const error: Error = await asker.ask(question('Now?'), {}, NEVER).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      const seconds = Number(/nothing for another (\d+) s/.exec(error.message)?.[1]);
      pauses.push(seconds);
      clock.advance(seconds * 1_000 - 1);
      await expect(asker.ask(question('Now?'), client, NEVER)).rejects.toThrow(/another 1 s/);
      clock.advance(1);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    const agreed = asker.ask(question('Please?'), client, NEVER);
    await answer(true);
    expect(await agreed).toBe(true);
    await refuse();
    await expect(asker.ask(question('Now?'), client, NEVER)).rejects.toThrow(/another 5 s/);
    expect(shown).not.toContain('Now?');
  });

  it('stays on the screen when the agent gives it up, and makes room for no other of it until it is answered', async () => {
    const { asker, shown, answer, late } = window();
    const client = {};
    const ending = new AbortController();
    const given = asker.ask(question('Given up?'), client, ending.signal);
    const waiting = new AbortController();
    const behind = asker.ask(question('Behind?'), {}, waiting.signal);
    ending.abort();
    waiting.abort();
    expect(await Promise.all([given, behind])).toEqual([false, false]);
    await expect(asker.ask(question('More?'), client, NEVER)).rejects.toThrow(/former question/);
    const other = asker.ask(question('Other?'), {}, NEVER);
    expect(shown).toEqual(['Given up?']);
    await answer(true);
    expect(late()).toBe(1);
    expect(shown).toEqual(['Given up?', 'Other?']);
    await answer(true);
    expect(await other).toBe(true);
    expect(await asker.ask(question('Never?'), client, AbortSignal.abort())).toBe(false);
  });

  it('is stale after five minutes, which is a no and not a refusal', async () => {
    const { asker, clock, answer, late, shown } = window();
    const asked = [asker.ask(question('One?'), {}, NEVER), asker.ask(question('Two?'), {}, NEVER)];
    clock.advance(5 * 60_000);
    expect(await Promise.all(asked)).toEqual([false, false]);
    expect(clock.pending).toEqual([]);
    await answer(false);
    expect(late()).toBe(0);
    const next = asker.ask(question('Next?'), {}, NEVER);
    expect(shown).toEqual(['One?', 'Next?']);
    await answer(true);
    expect(await next).toBe(true);
  });
});
