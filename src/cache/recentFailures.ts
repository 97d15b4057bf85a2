import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock';

const CAPACITY = 10_000;

interface Failure {
  readonly error: unknown;
  readonly scopes: readonly string[];
  readonly until: number;
}

/** Source errors of a moment ago, so that a source that fails is not asked again by everyone who comes. */
export class RecentFailures {
  private readonly failures = new LRUCache<string, Failure>({ max: CAPACITY });

  constructor(private readonly clock: Clock) {}

  /** @param ttlMs for which the error stands. */
  note(key: string, scopes: readonly string[], error: unknown, ttlMs: number): void {
    this.failures.set(key, { error, scopes, until: this.clock.monotonic() + ttlMs });
  }

  get(key: string): { readonly error: unknown } | undefined {
    const failure = this.failures.get(key);
    return failure !== undefined && this.clock.monotonic() < failure.until ? failure : undefined;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  forgetScopes(scopes: ReadonlySet<string>): void {
    for (const [key, failure] of [...this.failures.entries()]) {
      if (failure.scopes.some((scope) => scopes.has(scope))) {
        this.failures.delete(key);
      }
    }
  }
}
