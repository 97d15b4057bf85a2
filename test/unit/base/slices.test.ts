import { describe, expect, it } from 'vitest';
import { inSlices } from '../../../src/base/slices';

function* counting(count: number, step: (number: number) => void): Generator<void, void> {
  for (let number = 0; number < count; number++) {
    step(number);
    yield;
  }
}

describe('inSlices', () => {
  it('takes all steps in their order, and lets other things happen meanwhile', async () => {
    const taken: number[] = [];
    let others = 0;
    const timer = setInterval(() => {
      others++;
    }, 0);
    // Each step takes long, so that there are several parts.
    const busy = (number: number) => {
      taken.push(number);
      const end = performance.now() + 0.2;
      while (performance.now() < end) {
        // Works.
      }
    };
    expect(await inSlices(counting(500, busy))).toBe(true);
    clearInterval(timer);
    expect(taken).toEqual(Array.from({ length: 500 }, (_, index) => index));
    expect(others).toBeGreaterThan(0);
  });

  it('does little work before it returns', () => {
    let taken = 0;
    void inSlices(
      counting(10, () => {
        taken++;
      }),
    );
    expect(taken).toBe(10);
  });

  it('ends when it is cancelled, and fails as a step does', async () => {
    expect(
      await inSlices(
        counting(10, () => {}),
        AbortSignal.abort(),
      ),
    ).toBe(false);
    const failure = new Error('broken');
    const failing = counting(10, () => {
      throw failure;
    });
    await expect(inSlices(failing)).rejects.toBe(failure);
  });
});
