import { LRUCache } from 'lru-cache';
import type { RecentPushes } from './recentPushes';

/** One scope's generation, as long as no push said that it changed. */
export interface KnownGeneration {
  readonly value: number;
  /** False for good once the generation changed, or may have changed. */
  isCurrent: boolean;
}

/** The generations that this instance knows, by scope. Entries hold on to them, so that one change voids them all at once. */
export class KnownGenerations {
  private readonly known: LRUCache<string, KnownGeneration>;

  /** @param capacity scopes whose generations are known at a time. */
  constructor(
    private readonly pushes: RecentPushes,
    capacity: number,
  ) {
    this.known = new LRUCache({
      // Bounded by size and not by `max`, which would take the memory of all of them at once.
      maxSize: capacity,
      sizeCalculation: () => 1,
      // What is not in the table is not told of changes.
      dispose: (generation) => {
        generation.isCurrent = false;
      },
    });
  }

  get(scope: string): KnownGeneration | undefined {
    return this.known.get(scope);
  }

  /**
   * Takes note of a generation that the store gave.
   *
   * @param askedAt the moment of {@link RecentPushes} before the store was asked.
   * @returns `undefined` when it may have changed meanwhile.
   */
  learn(scope: string, value: number, askedAt: number): KnownGeneration | undefined {
    if (this.pushes.hasChangedSince(scope, askedAt)) {
      return undefined;
    }
    const known = this.known.get(scope);
    if (known?.value === value) {
      return known;
    }
    const generation = { value, isCurrent: true };
    this.known.set(scope, generation);
    return generation;
  }

  forget(scope: string): void {
    this.known.delete(scope);
  }

  clear(): void {
    this.known.clear();
  }
}
