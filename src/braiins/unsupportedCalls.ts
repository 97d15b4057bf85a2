import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock';
import type { Miner } from '../fleet/miner';
import { SourceError } from '../fleet/minerSource';
import { addressKey } from './channelPool';
import { minerName } from './minerName';

/** Far more than there are versions of the API. */
const MAX_VERSIONS = 64;
/** Far more miners than any fleet has. */
const MAX_MINERS = 50_000;
/** How long a miner's version is taken as known: an upgrade that nobody saw shows after this time, in ms. */
const VERSION_TTL_MS = 300_000;

interface KnownVersion {
  readonly version: Promise<string | undefined>;
  /** By `Clock.monotonic`. */
  readonly askedAt: number;
}

/**
 * Remembers which calls a version of the API does not have, from the first miner of that version that refused one, and does
 * not ask other miners of that version for it.
 */
export class UnsupportedCalls {
  /** Paths of calls, by the version that lacks them. */
  private readonly lacking = new LRUCache<string, Set<string>>({ max: MAX_VERSIONS });
  /** By address; a failed attempt to learn a version is not kept. */
  private readonly versions = new LRUCache<string, KnownVersion>({ max: MAX_MINERS });

  /** @param askVersion asks the miner for the version of its API; may fail. */
  constructor(
    private readonly askVersion: (miner: Miner) => Promise<string>,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks for the miner's version only if some version is known to lack the call.
   *
   * @throws {SourceError} `unsupported` when the miner's version lacks it.
   */
  async check(miner: Miner, path: string): Promise<void> {
    if (!this.isLackedBySome(path)) {
      return;
    }
    const version = await this.versionOf(miner);
    if (version !== undefined && this.lacking.get(version)?.has(path)) {
      throw unsupported(miner, path, version);
    }
  }

  /** The miner refused the call as unknown. Resolves to the error to throw in the place of `error`. */
  async note(miner: Miner, path: string, error: SourceError): Promise<SourceError> {
    const version = await this.versionOf(miner);
    if (version === undefined) {
      return error;
    }
    const paths = this.lacking.get(version) ?? new Set();
    paths.add(path);
    this.lacking.set(version, paths);
    return unsupported(miner, path, version);
  }

  /** The miner may have another version now. */
  forgetVersion(miner: Miner): void {
    this.versions.delete(addressKey(miner));
  }

  /** Forgets the versions of all miners but these. */
  retain(miners: readonly Miner[]): void {
    const kept = new Set(miners.map(addressKey));
    for (const key of [...this.versions.keys()].filter((known) => !kept.has(known))) {
      this.versions.delete(key);
    }
  }

  private isLackedBySome(path: string): boolean {
    for (const paths of this.lacking.values()) {
      if (paths.has(path)) {
        return true;
      }
    }
    return false;
  }

  private versionOf(miner: Miner): Promise<string | undefined> {
    const key = addressKey(miner);
    const known = this.versions.get(key);
    if (known !== undefined && this.clock.monotonic() - known.askedAt < VERSION_TTL_MS) {
      return known.version;
    }
    const version = this.askVersion(miner).catch(() => {
      if (this.versions.peek(key)?.version === version) {
        this.versions.delete(key);
      }
      return undefined;
    });
    this.versions.set(key, { version, askedAt: this.clock.monotonic() });
    return version;
  }
}

function unsupported(miner: Miner, path: string, version: string): SourceError {
  const call = path.slice(path.lastIndexOf('/') + 1);
  return new SourceError(
    'unsupported',
    `${minerName(miner)} does not know the call ${call}: its firmware speaks version ${version} of the API, which lacks it.`,
  );
}
