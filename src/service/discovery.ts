import { settleBounded } from '../base/concurrency';
import { CancelledError } from '../base/errors';
import { type AddressRange, addressesIn, countAddresses } from '../fleet/addressRanges';
import type { MinerEntry } from '../fleet/inventoryEdit';
import { type Miner, minerAddress } from '../fleet/miner';
import type { ApiVersion } from '../fleet/minerData';
import type { MinerProbe } from '../fleet/minerProbe';

export interface DiscoverOptions {
  /** Port of the miners' API, and whether it speaks TLS. */
  readonly port: number;
  readonly tls: boolean;
  /** Miners that are listed already; their addresses are not asked. */
  readonly known: readonly Miner[];
  /** Addresses asked at a time; 256 by default. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  /** Called after each address. */
  onProgress?(done: number, total: number): void;
}

/** What came of a search. */
export interface DiscoveryReport {
  /** In the order of their addresses. */
  readonly found: readonly FoundMiner[];
  /** Addresses of miners that are listed already. */
  readonly listed: number;
  /** Addresses that were asked. */
  readonly asked: number;
  readonly cancelled: boolean;
}

export interface FoundMiner {
  readonly host: string;
  readonly port: number;
  /** Of its API, if it told without a login. */
  readonly version: ApiVersion | undefined;
}

const DEFAULT_CONCURRENCY = 256;

/** Looks for miners in a network. */
export class Discovery {
  constructor(private readonly source: MinerProbe) {}

  /** Asks every address of the ranges for a miner's API, without any login. Cancelled, it tells what it found by then. */
  async discover(ranges: readonly AddressRange[], options: DiscoverOptions): Promise<DiscoveryReport> {
    const { port, tls, signal, concurrency = DEFAULT_CONCURRENCY } = options;
    const total = countAddresses(ranges);
    const known = new Set(options.known.map(minerAddress));
    const hosts = [...addressesIn(ranges)].filter((host) => !known.has(minerAddress({ host, port })));
    const listed = total - hosts.length;
    let done = listed;
    const results = await settleBounded(
      hosts,
      concurrency,
      async (host): Promise<FoundMiner | undefined> => {
        const answer = await this.source.probe({ host, port, tls }, signal);
        done++;
        options.onProgress?.(done, total);
        return answer && { host, port, version: answer.version };
      },
      signal,
    );
    const failure = results.find(
      (result) => result.status === 'rejected' && !(result.reason instanceof CancelledError),
    ) as PromiseRejectedResult | undefined;
    if (failure !== undefined) {
      throw failure.reason;
    }
    const found = results.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
    return { found, listed, asked: done - listed, cancelled: signal?.aborted ?? false };
  }
}

/**
 * Entries for miners that were found, named after their addresses, with a number behind what is taken already.
 *
 * @param defaultPort the inventory's, which its entries need not repeat.
 */
export function entriesOf(found: readonly FoundMiner[], taken: ReadonlySet<string>, defaultPort: number): MinerEntry[] {
  const ids = new Set(taken);
  return found.map(({ host, port }) => {
    const name = `miner-${host.replaceAll('.', '-')}`;
    let id = name;
    for (let number = 2; ids.has(id); number++) {
      id = `${name}-${number}`;
    }
    ids.add(id);
    return { id, host, ...(port === defaultPort ? {} : { port }) };
  });
}
