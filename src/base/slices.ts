/** The longest that a part of some work keeps the event loop to itself, in ms. */
const SLICE_MS = 4;

/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 64;

/**
 * Takes the steps of some work, and lets the event loop do other things again and again meanwhile. The first part of it is done
 * before this returns.
 *
 * @param steps each of which takes some microseconds.
 * @returns whether all were taken: no further one is once `signal` is aborted.
 */
export function inSlices(steps: Iterator<void, void>, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const work = () => {
      try {
        if (signal?.aborted) {
          resolve(false);
        } else if (isDoneWithin(steps, SLICE_MS)) {
          resolve(true);
        } else {
          setImmediate(work);
        }
      } catch (error) {
        reject(error);
      }
    };
    work();
  });
}

/** Takes steps for some milliseconds. @returns whether those were all. */
function isDoneWithin(steps: Iterator<void, void>, ms: number): boolean {
  const end = performance.now() + ms;
  do {
    for (let step = 0; step < STEPS_PER_LOOK; step++) {
      if (steps.next().done) {
        return true;
      }
    }
  } while (performance.now() < end);
  return false;
}
