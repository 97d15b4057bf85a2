/**
 * A 32-bit hash of a seed and any number of parts: the root of all that is random here, so that the same seed gives the same
 * fleet, whatever is asked first.
 */
export function hash(seed: number, ...parts: readonly (number | string)[]): number {
  let state = mix(seed | 0);
  for (const part of parts) {
    if (typeof part === 'number') {
      // Both halves, because a number of milliseconds does not fit into 32 bits.
      state = mix(state ^ (part | 0));
      state = mix(state ^ Math.floor(part / 0x1_0000_0000));
    } else {
      for (let index = 0; index < part.length; index++) {
        state = mix(state ^ part.charCodeAt(index));
      }
    }
  }
  return state >>> 0;
}

/** A number from 0 up to, but not including, 1. */
export function unit(seed: number, ...parts: readonly (number | string)[]): number {
  return hash(seed, ...parts) / 0x1_0000_0000;
}

/** A smooth wave without a period, from -1 to 1, that changes its mind about once per unit of `x`. */
export function noise(seed: number, x: number): number {
  const left = Math.floor(x);
  const fraction = x - left;
  const blend = fraction * fraction * (3 - 2 * fraction);
  const from = unit(seed, left);
  const to = unit(seed, left + 1);
  return 2 * (from + (to - from) * blend) - 1;
}

/** A stream of random draws that depends on its seed only. */
export class SeededRandom {
  private draws = 0;

  constructor(private readonly seed: number) {}

  /** From 0 up to, but not including, 1. */
  next(): number {
    return unit(this.seed, this.draws++);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.integer(0, items.length - 1)] ?? items[0];
  }

  /** `length` characters out of `alphabet`. */
  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(this.integer(0, alphabet.length - 1))).join('');
  }

  /** The numbers from 0 to `count` - 1 in random order. */
  order(count: number): number[] {
    const numbers = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(0, last);
      const moved = numbers[last] as number;
      numbers[last] = numbers[other] as number;
      numbers[other] = moved;
    }
    return numbers;
  }
}

/** Scatters every bit over all others (the finaliser of MurmurHash3 after a golden-ratio step). */
function mix(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
