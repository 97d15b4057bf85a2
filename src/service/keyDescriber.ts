import type { Clock } from '../base/clock';
import { type EntryHeader, isSame, leftOf } from '../cache/entry';
import type { KeyBrowser, KeyFacts, RawKey } from '../cache/keyBrowser';
import type { NamedEntry } from '../cache/keyNames';
import { isEntryKey } from '../cache/keys';
import { isOwnKey, rawKeyOf } from '../cache/rawKeys';
import type { StoreClock } from '../cache/storeClock';
import type { Inventory } from '../fleet/inventory';
import { entryNameOf, scopesOf, tenantOf } from './entryNames';
import type { DescribedKey, KeyFreshness } from './keyLevels';
import { shownKey } from './peopleNames';

export interface KeyDescriberOptions {
  readonly browser: KeyBrowser;
  readonly inventory: Inventory;
  readonly storeClock: StoreClock;
  readonly clock: Clock;
}

/** Keys with what is known of them, and what the login was not allowed to be asked for it. */
export interface Descriptions {
  /** In the keys' order; `undefined` for a key that is not there. */
  readonly keys: readonly (DescribedKey | undefined)[];
  /** What the server said, in the same order. */
  readonly facts: readonly (KeyFacts | undefined)[];
  readonly denied: readonly string[];
}

/** When and against what entries are judged. */
interface Judgement {
  /** This machine's wall clock, in ms since the epoch. */
  readonly now: number;
  /** What the store's clock is ahead of it, in ms. */
  readonly offsetMs: number;
  readonly generations: ReadonlyMap<string, number | undefined>;
}

/** Says what keys are worth to a reader, by what they say of themselves and by the generations of now. Reads no data. */
export class KeyDescriber {
  constructor(private readonly options: KeyDescriberOptions) {}

  /** @throws {StoreError} */
  async describe(keys: readonly RawKey[]): Promise<Descriptions> {
    const { browser, clock, storeClock } = this.options;
    const { facts, denied } = await browser.describe(keys);
    const names = keys.map((key, index) => (typeof facts[index]?.entry === 'object' ? entryNameOf(key) : undefined));
    const generations = await this.generationsOf(names);
    await storeClock.settle();
    const now = clock.now();
    const judgement = { now, offsetMs: storeClock.offsetAt(now, clock.monotonic()) ?? 0, generations };
    return {
      keys: keys.map((key, index) => {
        const known = facts[index];
        return known === undefined ? undefined : this.described(key, known, judgement);
      }),
      facts,
      denied,
    };
  }

  private described(key: RawKey, facts: KeyFacts, judgement: Judgement): DescribedKey {
    const { inventory } = this.options;
    const name = entryNameOf(key);
    const { type, ttlMs, sizeBytes, elements, entry } = facts;
    return {
      raw: key,
      shown: shownKey(key),
      isOwn: isOwnKey(key),
      type,
      ttlMs,
      sizeBytes,
      elements,
      describedAt: judgement.now,
      freshness: this.freshnessOf(key, name, entry, judgement),
      entry: typeof entry === 'object' ? shownEntry(entry, judgement.offsetMs) : undefined,
      dataset: name?.dataset,
      tenant: tenantOf(name, inventory),
      minerId: name?.type === 'miner' ? name.minerId : undefined,
    };
  }

  private freshnessOf(
    key: RawKey,
    name: NamedEntry | undefined,
    entry: KeyFacts['entry'],
    { now, offsetMs, generations }: Judgement,
  ): KeyFreshness {
    if (typeof entry === 'string') {
      return entry === 'foreign' ? 'foreign' : 'unreadable';
    }
    if (entry === undefined) {
      return isEntryKey(key) ? 'unknown' : 'none';
    }
    if (name === undefined) {
      // An entry under a name that nobody reads.
      return 'foreign';
    }
    const scopes = scopesOf(name, this.options.inventory);
    // What nobody knows the scope of is taken to be as it was.
    const current = scopes.map((scope, index) => (scope === undefined ? entry.gen[index] : generations.get(scope)));
    if (!current.every((generation) => generation !== undefined) || !isSame(entry.gen, current)) {
      return 'void';
    }
    return leftOf(entry, now + offsetMs) > 0 ? 'fresh' : 'stale';
  }

  private async generationsOf(names: readonly (NamedEntry | undefined)[]) {
    const scopes = new Set<string>();
    for (const name of names) {
      for (const scope of name === undefined ? [] : scopesOf(name, this.options.inventory)) {
        if (scope !== undefined) {
          scopes.add(scope);
        }
      }
    }
    const all = [...scopes];
    const texts = await this.options.browser.texts(all.map(rawKeyOf));
    return new Map(all.map((scope, index) => [scope, generationIn(texts[index])]));
  }
}

function shownEntry({ at, ttl, cost, by, gen }: EntryHeader, offsetMs: number): DescribedKey['entry'] {
  return { fetchedAt: at - offsetMs, ttlS: ttl, costMs: cost, by, generations: gen };
}

function generationIn(text: string | undefined): number | undefined {
  const generation = Number(text);
  return text !== undefined && Number.isSafeInteger(generation) ? generation : undefined;
}
