import { ConfigurationError } from '../base/errors';
import { compileRawGlob, globOfPrefix } from '../cache/glob';
import type { RawKey } from '../cache/keyBrowser';
import { patternOf } from '../cache/keyNames';
import { rawKeyOf } from '../cache/rawKeys';
import type { Inventory } from '../fleet/inventory';
import { entryNameOf, tenantOf } from './entryNames';
import type { DescribedKey, KeyFilter } from './keyLevels';
import { searchableText } from './peopleNames';

const MAX_PATTERN = 1_024;
const ENTRIES = 'v1:cache:';

/** What a filter asks of the server for a scan below a prefix, and what is left to be tried here. */
export class CompiledFilter {
  private readonly matches: ((name: string) => boolean) | undefined;
  private readonly text: string | undefined;

  /** @throws {ConfigurationError} for a pattern that is too long. */
  constructor(
    readonly filter: KeyFilter,
    private readonly inventory: Inventory,
  ) {
    const { pattern, text } = filter;
    if (pattern !== undefined && pattern.length > MAX_PATTERN) {
      throw new ConfigurationError(
        `The key pattern is ${pattern.length} characters long; at most ${MAX_PATTERN} are allowed.`,
      );
    }
    this.matches = pattern === undefined ? undefined : compileRawGlob(rawKeyOf(pattern));
    this.text = text === undefined || text === '' ? undefined : text.toLowerCase();
  }

  /** Whether it lets all keys through. */
  get isEmpty(): boolean {
    return !this.needsFacts && !this.asksForName && this.filter.type === undefined;
  }

  /** Whether names have to be looked at. */
  get asksForName(): boolean {
    return this.matches !== undefined || this.text !== undefined || this.isOfEntries;
  }

  /** Whether keys have to be described before they are known to pass. */
  get needsFacts(): boolean {
    const { noExpiry, overBytes, staleOrVoid } = this.filter;
    return noExpiry === true || overBytes !== undefined || staleOrVoid === true;
  }

  /** The glob for a scan below a prefix; it lets more through than the filter does. */
  patternFor(prefix: RawKey): string | undefined {
    if (prefix === '' && this.filter.pattern !== undefined) {
      return rawKeyOf(this.filter.pattern);
    }
    if (this.filter.dataset !== undefined && ENTRIES.startsWith(prefix)) {
      return patternOf(this.filter.dataset);
    }
    const longest = this.isOfEntries && ENTRIES.startsWith(prefix) ? ENTRIES : prefix;
    return longest === '' ? undefined : globOfPrefix(longest);
  }

  /** Whether a key passes as far as its name says. */
  passesByName(key: RawKey): boolean {
    return !this.asksForName || this.namePasses(key);
  }

  /** Whether a key that passes by its name passes by what is known of it; what is not known does not. */
  passesByFacts({ ttlMs, sizeBytes, freshness, type }: DescribedKey): boolean {
    const { noExpiry, overBytes, staleOrVoid } = this.filter;
    return (
      (this.filter.type === undefined || type === undefined || type === this.filter.type) &&
      (noExpiry !== true || ttlMs === 'never') &&
      (overBytes === undefined || (sizeBytes ?? 0) > overBytes) &&
      (staleOrVoid !== true || freshness === 'stale' || freshness === 'void')
    );
  }

  private get isOfEntries(): boolean {
    const { dataset, tenant, staleOrVoid } = this.filter;
    return dataset !== undefined || tenant !== undefined || staleOrVoid === true;
  }

  private namePasses(key: RawKey): boolean {
    if (this.matches?.(key) === false) {
      return false;
    }
    if (this.text !== undefined && !searchableText(key).includes(this.text)) {
      return false;
    }
    if (!this.isOfEntries) {
      return true;
    }
    const { dataset, tenant } = this.filter;
    const name = entryNameOf(key);
    return (
      name !== undefined &&
      (dataset === undefined || name.dataset === dataset) &&
      (tenant === undefined || tenantOf(name, this.inventory) === tenant)
    );
  }
}
