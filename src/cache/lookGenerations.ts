import type { FirstTier } from './firstTier';
import type { KnownGeneration } from './generations';
import type { CacheAddress } from './reading';

type Scoped = Pick<CacheAddress, 'scopes'>;

const NOTHING_GIVEN: ReadonlyMap<string, number> = new Map();
const NO_SCOPES: readonly string[] = [];

/**
 * The generations that one look into the store goes by: those that the link keeps right, and of the others what the store gives
 * along with the entries.
 */
export class LookGenerations {
  /** The moment of `RecentPushes` before the store is asked. */
  readonly askedAt: number;
  /** The scopes whose generations have to be asked for, each once. */
  readonly unknown: readonly string[];
  /** By address: what was known of its scopes before the store was asked; `undefined` where not all of it was. */
  private readonly known: readonly (readonly KnownGeneration[] | undefined)[];
  /** By scope: what the store gave. */
  private given = NOTHING_GIVEN;

  /** @param now of `Clock.monotonic`. */
  constructor(
    private readonly firstTier: FirstTier,
    private readonly addresses: readonly Scoped[],
    now: number,
  ) {
    const { generations, pushes } = firstTier;
    const isCoherent = firstTier.isCoherent(now);
    this.askedAt = pushes.now();
    this.known = addresses.map(({ scopes }) => (isCoherent ? generations.all(scopes) : undefined));
    this.unknown = this.known.includes(undefined) ? this.unknownScopes(isCoherent) : NO_SCOPES;
  }

  /** Takes note of what the store gave, as far as it did. @param values of {@link unknown}. @param now of `Clock.monotonic`. */
  learn(values: readonly (number | undefined)[], now: number): void {
    if (this.unknown.length === 0) {
      return;
    }
    const given = new Map<string, number>();
    const canLearn = this.firstTier.isCoherent(now);
    for (const [index, scope] of this.unknown.entries()) {
      const value = values[index];
      if (value === undefined) {
        continue;
      }
      given.set(scope, value);
      if (canLearn) {
        this.firstTier.generations.learn(scope, value, this.askedAt);
      }
    }
    this.given = given;
  }

  /**
   * The generations of an address' scopes, in their order; `undefined` when one that was known changed while the store was
   * asked.
   */
  of(position: number): readonly number[] | undefined {
    const known = this.known[position];
    if (known !== undefined) {
      return known.every(({ isCurrent }) => isCurrent) ? known.map(({ value }) => value) : undefined;
    }
    const { scopes } = this.addresses[position] as Scoped;
    const generations = scopes.map((scope) => this.given.get(scope) ?? this.firstTier.generations.get(scope)?.value);
    return generations.includes(undefined) ? undefined : (generations as number[]);
  }

  /** Whether what an entry recorded are the generations of an address' scopes now. */
  match(position: number, recorded: readonly number[]): boolean {
    const known = this.known[position];
    if (known === undefined) {
      const current = this.of(position);
      return current?.length === recorded.length && current.every((value, index) => value === recorded[index]);
    }
    if (known.length !== recorded.length) {
      return false;
    }
    for (let index = 0; index < known.length; index++) {
      const generation = known[index] as KnownGeneration;
      if (!generation.isCurrent || generation.value !== recorded[index]) {
        return false;
      }
    }
    return true;
  }

  private unknownScopes(isCoherent: boolean): readonly string[] {
    const { generations } = this.firstTier;
    const unknown = new Set<string>();
    for (const [position, { scopes }] of this.addresses.entries()) {
      if (this.known[position] === undefined) {
        for (const scope of scopes) {
          if (!isCoherent || generations.get(scope) === undefined) {
            unknown.add(scope);
          }
        }
      }
    }
    return [...unknown];
  }
}
