import type { RecentPushes } from './recentPushes';

/** One scope's generation, as long as no push said that it changed. */
export interface KnownGeneration {
  readonly value: number;
  /** False for good once the generation changed, or may have changed. */
  readonly isCurrent: boolean;
}

class Generation implements KnownGeneration {
  isCurrent = true;
  /** Whether it was asked for since it was last passed over for want of room. */
  wasUsed = false;
  /** The list that ended with this one when it was last asked for, see {@link KnownGenerations.all}. */
  list: readonly Generation[] | undefined = undefined;

  constructor(
    readonly scope: string,
    readonly value: number,
  ) {}
}

const NONE: readonly Generation[] = [];

/** Second chances at a time: where everything is in use, one of the next has to go all the same. */
const CHANCES = 8;

/** The generations that this instance knows, by scope. Entries hold on to them, so that one change voids them all at once. */
export class KnownGenerations {
  private readonly known = new Map<string, Generation>();

  /** @param capacity scopes whose generations are known at a time; those go first that were learned first and not used since. */
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
      use(last.list);
      return last.list;
    }
    const generations = scopes.map((scope) => this.known.get(scope));
    if (last === undefined || generations.includes(undefined)) {
      return undefined;
    }
    last.list = generations as Generation[];
    use(last.list);
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
    this.makeRoom();
    const generation = new Generation(scope, value);
    this.known.set(scope, generation);
    return generation;
  }

  /** Whatever was used since it was last passed over has a second chance: the scopes of everything are among the oldest. */
  private makeRoom(): void {
    let chances = CHANCES;
    for (const [scope, generation] of this.known) {
      if (this.known.size < this.capacity) {
        return;
      }
      if (generation.wasUsed && chances-- > 0) {
        generation.wasUsed = false;
        this.known.delete(scope);
        this.known.set(scope, generation);
      } else {
        this.forget(scope);
      }
    }
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

function use(list: readonly Generation[]): void {
  for (const generation of list) {
    generation.wasUsed = true;
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
