import { describe, expect, it } from 'vitest';
import { type NumberQuestion, problemOf, promptOf } from '../../../src/host/numberQuestion';

const QUESTION: NumberQuestion = {
  what: 'Power target',
  unit: 'W',
  example: '3000',
  range: ({ tuner }) => tuner?.powerTargetW,
  changeOf: (powerW) => ({ type: 'power-target', powerW }),
};
const OPTIONAL = { ...QUESTION, mayBeBlank: true };
const LIMITS = { tuner: { powerTargetW: { min: 1_000, max: 3_500 } } };
const MINERS = [{ id: 'm1' }];

describe('a question for a number', () => {
  it('says what the one miner takes that was asked', () => {
    expect(promptOf(QUESTION, MINERS, LIMITS)).toBe('Power target in W; m1 takes 1000 to 3500 W.');
  });

  it('names no limits that nobody told', () => {
    const prompt = 'Power target in W; within what each miner allows.';
    expect(promptOf(QUESTION, [...MINERS, { id: 'm2' }], undefined)).toBe(prompt);
    expect(promptOf(QUESTION, MINERS, { tuner: {} })).toBe(prompt);
  });

  it('says what it means to leave it blank, where that may be', () => {
    expect(promptOf(OPTIONAL, MINERS, LIMITS)).toContain('Leave it blank');
    expect(problemOf(OPTIONAL, ' ', LIMITS)).toBeUndefined();
  });

  it.each(['', ' ', 'none', '0', '-5', '1e999', '3000 W'])('takes no %j', (text) => {
    expect(problemOf(QUESTION, text, LIMITS)).toBe('Write a number above 0, such as 3000.');
  });

  it('takes what the miner takes, and anything above 0 where nobody told what that is', () => {
    expect(problemOf(QUESTION, '3500', LIMITS)).toBeUndefined();
    expect(problemOf(QUESTION, '3501', LIMITS)).toBe('The power target is 3501 W; this miner takes 1000 to 3500 W.');
    expect(problemOf(QUESTION, '3501', undefined)).toBeUndefined();
    expect(problemOf(QUESTION, '0.5', undefined)).toBeUndefined();
  });
});
