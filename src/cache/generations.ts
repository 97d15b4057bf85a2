import type { RecentPushes } from './recentPushes';

/** One scope's generation, as long as no push said that it changed. */
export interface KnownGeneration {
  readonly value: number;
  /** False for good once the generation changed, or may have changed. */
  readonly isCurrent: boolean;
}

class Generation implements KnownGeneration {
  isCurrent = true;
  /** The list that ended with this one when it was last asked for, see {@link KnownGenerations.all}. */
  list: readonly Generation[] | undefined = undefined;

  constructor(
    readonly scope: string,
    readonly value: number,
  ) {}
}

const NONE: readonly Generation[] = [];

/** The generations that this instance knows, by scope. Entries hold on to them, so that one change voids them all at once. */
export class KnownGenerations {
  private readonly known = new Map<string, Generation>();

  /** @param capacity scopes whose generations are known at a time; those learned first go first. */
  constructor(
    private readonly pushes: RecentPushes,
    private readonly capacity: number,
  ) {}

  get(scope: string): KnownGeneration | undefined {
    return this.known.get(scope);
  }

  /**
   * The generations of all the scopes, in their order; `undefined` when one is not known. The same list serves all entries that
   * depend on the same scopes: a list for each would be most of what an entry takes.
   */
  all(scopes: readonly string[]): readonly KnownGeneration[] | undefined {
    if (scopes.length === 0) {
      return NONE;
    }
    const last = this.known.get(scopes[scopes.length - 1] as string);
    if (last?.list !== undefined && isListOf(last.list, scopes)) {
      return last.list;
    }
    const generations = scopes.map((scope) => this.known.get(scope));
    if (last === undefined || generations.includes(undefined)) {
      return undefined;
    }
    last.list = generations as Generation[];
    return last.list;
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
    this.forget(scope);
    for (const oldest of this.known.keys()) {
      if (this.known.size < this.capacity) {
        break;
      }
      this.forget(oldest);
    }
    const generation = new Generation(scope, value);
    this.known.set(scope, generation);
    return generation;
  }

  /** What is not known any more is not told of changes, and counts as changed. */
  forget(scope: string): void {
    const generation = this.known.get(scope);
    if (generation !== undefined) {
      generation.isCurrent = false;
      generation.list = undefined;
      this.known.delete(scope);
    }
  }

  clear(): void {
    for (const scope of [...this.known.keys()]) {
      this.forget(scope);
    }
  }
}

function isListOf(list: readonly Generation[], scopes: readonly string[]): boolean {
  if (list.length !== scopes.length) {
    return false;
  }
  for (let index = 0; index < list.length; index++) {
    const generation = list[index] as Generation;
    if (!generation.isCurrent || generation.scope !== scopes[index]) {
      return false;
    }
  }
  return true;
}
