import { parseEntry } from '../cache/entry';
import type { KeyBrowser, KeyValue, RawKey, ValuePage } from '../cache/keyBrowser';
import type { KeyDescriber } from './keyDescriber';
import type { DescribedKey } from './keyLevels';

/** A key with what a document shows of its value. */
export interface KeyReading {
  readonly key: DescribedKey;
  /** An entry's data, as it was parsed; for anything else, and for an entry that is too large to parse, a page of the value. */
  readonly content:
    | { readonly type: 'entry'; readonly data: unknown }
    | { readonly type: 'value'; readonly value: KeyValue };
}

/** Larger entries are shown as the strings that they are. */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;

/** Bytes of an entry that are read in one step. */
const STEP_BYTES = 1024 * 1024;

/** Reads the values of keys for people who look at them, past all tiers and figures. */
export class KeyReader {
  constructor(
    private readonly browser: KeyBrowser,
    private readonly describer: KeyDescriber,
  ) {}

  /**
   * A key's value as it is stored; `undefined` when the key is not there. Large values come in pages, capped.
   *
   * @param page for the pages after the first.
   * @throws {StoreError}
   */
  async read(key: RawKey, page?: ValuePage): Promise<KeyReading | undefined> {
    const [described] = (await this.describer.describe([key])).keys;
    if (described === undefined) {
      return undefined;
    }
    const { entry, sizeBytes } = described;
    if (entry !== undefined && page === undefined && sizeBytes !== undefined && sizeBytes <= MAX_ENTRY_BYTES) {
      const stored = parseEntry(await this.wholeText(key));
      if (typeof stored === 'object') {
        return { key: described, content: { type: 'entry', data: stored.data } };
      }
    }
    const value = await this.browser.read(key, page);
    return value === undefined ? undefined : { key: described, content: { type: 'value', value } };
  }

  private async wholeText(key: RawKey): Promise<string> {
    const parts: Uint8Array[] = [];
    let from: string | undefined = '0';
    while (from !== undefined && parts.length < MAX_ENTRY_BYTES / STEP_BYTES) {
      const value: KeyValue | undefined = await this.browser.read(key, { from, count: STEP_BYTES });
      if (value?.content.type !== 'string') {
        break;
      }
      parts.push(value.content.part.bytes);
      from = value.next;
    }
    return Buffer.concat(parts).toString();
  }
}
