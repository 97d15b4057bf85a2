import { ConfigurationError, FleetCacheError } from '../base/errors';
import type { KeyBrowser, RawKey } from '../cache/keyBrowser';
import type { NamedEntry } from '../cache/keyNames';
import { isOwnKey } from '../cache/rawKeys';
import type { Reading } from '../cache/reading';
import { StoreError } from '../cache/store';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import type { MinerSource } from '../fleet/minerSource';
import { entryNameOf } from './entryNames';
import type { FleetReads } from './fleetReads';
import type { FreshReads } from './freshReads';
import type { KeyExplorer } from './keyExplorer';
import { shownKey } from './peopleNames';
import type { WriteAccess } from './writeAccess';

/** Consent to change keys that are not Fleet Cache's own, which somebody gave for this one change. */
export interface ForeignConsent {
  readonly allowForeign?: boolean;
}

export interface RemoveOptions extends ForeignConsent {
  readonly signal?: AbortSignal;
  onProgress?(progress: { readonly done: number; readonly removed: number }): void;
}

/** Somebody wanted to change a key that is not Fleet Cache's own. The message names it. */
export class ForeignKeyError extends FleetCacheError {}

export interface KeyEditorOptions {
  readonly browser: KeyBrowser;
  readonly reads: FleetReads;
  readonly freshReads: FreshReads;
  readonly source: Pick<MinerSource, 'retryNow'>;
  readonly inventory: Inventory;
  readonly explorer: Pick<KeyExplorer, 'noteRemoved'>;
  readonly access: Pick<WriteAccess, 'require'>;
}

/** An entry whose data can be fetched, and of a miner's that one. */
type Fetchable =
  | { readonly name: Extract<NamedEntry, { type: 'miner' }>; readonly miner: Miner }
  | { readonly name: Exclude<NamedEntry, { type: 'miner' }>; readonly miner?: undefined };

/** Keys that are removed in one step. */
const REMOVED_AT_A_TIME = 500;

/** Longer than anything that is meant to expire, in ms. */
const MAX_TTL_MS = 366 * 24 * 3_600_000;

/** Changes single keys, because somebody wants it. Keys that do not begin with `v1:` only with their consent. */
export class KeyEditor {
  constructor(private readonly options: KeyEditorOptions) {}

  /** Whether {@link refresh} and {@link fetchFresh} know where the key's data comes from. Asks nobody. */
  canFetch(key: RawKey): boolean {
    return typeof this.fetchableAt(key) === 'object';
  }

  /**
   * Has a key expire in `ttlMs` milliseconds. There is no way to have it never expire.
   *
   * @returns false when it is not there.
   * @throws {ReadOnlyError} @throws {ForeignKeyError} @throws {ConfigurationError} for a time that is none. @throws {StoreError}
   */
  async setTtl(key: RawKey, ttlMs: number, consent: ForeignConsent = {}): Promise<boolean> {
    await this.options.access.require('change when a key expires');
    requireOwn([key], consent);
    if (!(ttlMs >= 1 && ttlMs <= MAX_TTL_MS)) {
      throw new ConfigurationError(`A key can expire in 1 ms to 366 days, and not in ${ttlMs} ms.`);
    }
    return this.options.browser.setTtl(key, ttlMs);
  }

  /**
   * Removes keys. Checks all of them before the first goes.
   *
   * @returns how many were there, and whether it was cancelled before the last.
   * @throws {ReadOnlyError} @throws {ForeignKeyError} @throws {StoreError} says how many had gone.
   */
  async remove(
    keys: readonly RawKey[],
    { signal, onProgress, ...consent }: RemoveOptions = {},
  ): Promise<{ readonly removed: number; readonly cancelled: boolean }> {
    const { access, browser, explorer } = this.options;
    await access.require('remove keys');
    requireOwn(keys, consent);
    let removed = 0;
    for (let done = 0; done < keys.length; done += REMOVED_AT_A_TIME) {
      if (signal?.aborted) {
        return { removed, cancelled: true };
      }
      const page = keys.slice(done, done + REMOVED_AT_A_TIME);
      try {
        removed += await browser.remove(page);
      } catch (error) {
        if (error instanceof StoreError && removed > 0) {
          const count = removed.toLocaleString('en');
          throw new StoreError(`${error.message} At least ${count} keys had been removed by then.`, { cause: error });
        }
        throw error;
      }
      explorer.noteRemoved(page);
      onProgress?.({ done: done + page.length, removed });
    }
    return { removed, cancelled: false };
  }

  /**
   * Fetches an entry anew from its source, through the cache, as a reader who asks for fresh data does.
   *
   * @throws {ReadOnlyError} @throws {FleetCacheError} when the key is no entry of a miner or figure that is known.
   * @throws {SourceError} @throws {CancelledError}
   */
  async refresh(key: RawKey, signal?: AbortSignal): Promise<Reading<unknown>> {
    await this.options.access.require('refresh an entry');
    const { reads, source } = this.options;
    const { name, miner } = this.requireFetchable(key);
    const options = { refresh: true, signal };
    switch (name.type) {
      case 'miner':
        source.retryNow(miner as Miner);
        return reads.miner(miner as Miner, name.kind, options);
      case 'summary':
        return reads.summary(name.tenant, options);
      case 'firmware-versions':
        return reads.firmwareVersions(options);
      case 'pool-urls':
        return reads.poolUrls(options);
    }
  }

  /**
   * The data that the source gives now, past the cache, to compare an entry with: as JSON, as entries are stored. Writes nothing. A
   * figure over many miners asks each of them.
   *
   * @throws as {@link refresh} does, but for {@link ReadOnlyError}.
   */
  async fetchFresh(key: RawKey, signal?: AbortSignal): Promise<unknown> {
    const { freshReads, source } = this.options;
    const { name, miner } = this.requireFetchable(key);
    let data: unknown;
    if (name.type === 'miner') {
      source.retryNow(miner as Miner);
      data = await freshReads.miner(miner as Miner, name.kind, signal);
    } else {
      data = await freshReads.figure(name, signal);
    }
    return JSON.parse(JSON.stringify(data));
  }

  private requireFetchable(key: RawKey): Fetchable {
    const found = this.fetchableAt(key);
    if (typeof found === 'string') {
      throw new FleetCacheError(`${shownKey(key)} cannot be fetched: ${found}`);
    }
    return found;
  }

  /** What can be fetched, or why it cannot. */
  private fetchableAt(key: RawKey): Fetchable | string {
    const name = entryNameOf(key);
    if (name === undefined) {
      return 'it is no entry of the cache, so that nobody knows where its data comes from.';
    }
    const { inventory } = this.options;
    if (name.type === 'miner') {
      const miner = inventory.find(name.minerId);
      return miner === undefined
        ? `the inventory has no miner “${name.minerId}”. Add it to ${inventory.file}.`
        : { name, miner };
    }
    const isKnown =
      name.type !== 'summary' ||
      name.tenant === GLOBAL_TENANT ||
      inventory.current.miners.some(({ tenant }) => tenant === name.tenant);
    return isKnown ? { name } : `no miner of the inventory is of the tenant “${name.tenant}”.`;
  }
}

function requireOwn(keys: readonly RawKey[], { allowForeign = false }: ForeignConsent): void {
  const foreign = allowForeign ? undefined : keys.find((key) => !isOwnKey(key));
  if (foreign !== undefined) {
    throw new ForeignKeyError(
      `The key ${shownKey(foreign)} is not Fleet Cache's own, which begin with v1:. It is left alone unless you allow changing keys of others.`,
    );
  }
}
