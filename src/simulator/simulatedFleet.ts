import { type Clock, systemClock } from '../base/clock';
import { settleBounded } from '../base/concurrency';
import { ConfigurationError, describeError, errorCode, FleetCacheError } from '../base/errors';
import { type Logger, silentLogger } from '../base/logger';
import type { BraiinsServices } from '../braiins/proto/load';
import { loadPackageDefinition, minerServices } from '../braiins/proto/packageDefinition';
import type { Credentials } from '../fleet/credentials';
import { minerAddress } from '../fleet/miner';
import { loopbackAddresses, SHARED_HOST } from './addresses';
import { assignFaults, type Fault, type FaultShare } from './faults';
import { ImplicitDefaults } from './implicitDefaults';
import { Listener } from './listener';
import { buildProfiles } from './profile';
import { hash } from './random';
import { Reflection } from './reflection';
import { type MinerSelection, select, UnknownMinerError } from './selection';
import type { Protocol } from './services';
import { SimulatedMiner } from './simulatedMiner';

export interface FleetOptions {
  /** How many, at least 1. From 10 on, a few of them are paused, restless, in trouble, or have other firmware. */
  readonly miners: number;
  /** The addresses behind it are used, one per miner; 127.10.0.0 by default. */
  readonly host?: string | undefined;
  /** The same for all; 0, the default, gives each a free one. */
  readonly port?: number | undefined;
  /** The same seed gives the same fleet; 1 by default. */
  readonly seed?: number | undefined;
  /** How many tenants share the fleet; a few by default. */
  readonly tenants?: number | undefined;
  readonly faults?: readonly FaultShare[] | undefined;
  /** The only login that is accepted; without it any is, and none is needed. */
  readonly login?: Credentials | undefined;
  /** How long an unused token lives, in seconds; 3600 by default. */
  readonly tokenTimeoutS?: number | undefined;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const DEFAULTS = { host: '127.10.0.0', port: 0, seed: 1, tokenTimeoutS: 3_600 };
const STARTS_AT_ONCE = 64;
const EXPIRE_NEEDS_LOGIN = 'The fault "expire" needs a fleet with a login.';

/** A fleet of simulated miners: real gRPC servers on loopback addresses, in this process. */
export class SimulatedFleet {
  private constructor(
    readonly miners: readonly SimulatedMiner[],
    private readonly seed: number,
  ) {}

  /**
   * Makes up a fleet and starts it; all miners listen once this resolves, but for those that are to be offline.
   *
   * @throws {ConfigurationError} when the options do not fit together.
   * @throws {FleetCacheError} when an address or port cannot be used; no miner is left running then.
   */
  static async start(options: FleetOptions): Promise<SimulatedFleet> {
    const { clock = systemClock, logger = silentLogger } = options;
    const seed = options.seed ?? DEFAULTS.seed;
    const profiles = buildProfiles(options.miners, seed, options.tenants);
    if (options.login === undefined && options.faults?.some(({ kind }) => kind === 'expire')) {
      throw new ConfigurationError(`${EXPIRE_NEEDS_LOGIN} Give --username and --password.`);
    }
    const faults = assignFaults(options.faults ?? [], profiles.length, hash(seed, 'faults'));
    const addresses = await chooseAddresses(options, profiles.length, logger);
    const protocol = await loadProtocol();
    const miners = profiles.map((profile, index) => {
      const { host, port } = addresses[index] as MinerAddress;
      const tokenTimeoutS = options.tokenTimeoutS ?? DEFAULTS.tokenTimeoutS;
      const fault = faults.get(index);
      return new SimulatedMiner(profile, { host, port, fault, login: options.login, tokenTimeoutS }, protocol, clock);
    });
    const fleet = new SimulatedFleet(miners, seed);
    try {
      await fleet.startAll();
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  /** The miner with that id. Throws when there is none. */
  miner(id: string): SimulatedMiner {
    const found = this.miners.find((miner) => miner.id === id);
    if (found === undefined) {
      throw new UnknownMinerError(id);
    }
    return found;
  }

  /** The miners that a selection means. Throws as {@link select} does. */
  select(selection: MinerSelection): readonly SimulatedMiner[] {
    return select(this.miners, selection, this.seed);
  }

  /**
   * Gives the fault, `undefined`: none, to each selected miner, in the place of the one it has; see
   * {@link SimulatedMiner.setFault}. Throws as {@link select} does, too.
   *
   * @throws {ConfigurationError} when tokens are to expire that nobody needs.
   * @throws {FleetCacheError} when a miner cannot listen; the other ones have the fault all the same.
   */
  async setFault(fault: Fault | undefined, selection: MinerSelection): Promise<void> {
    const miners = this.select(selection);
    if (fault?.kind === 'expire' && !miners.every((miner) => miner.needsLogin)) {
      throw new ConfigurationError(EXPIRE_NEEDS_LOGIN);
    }
    const results = await settleBounded(miners, STARTS_AT_ONCE, async (miner) => {
      try {
        await miner.setFault(fault);
      } catch (error) {
        throw new FleetCacheError(bindFailure(miner, error), { cause: error });
      }
    });
    throwFirst(results);
  }

  /** Calls that have arrived at the selected miners together, refused ones included, by the method's bare name. */
  callCounts(selection: MinerSelection): Map<string, number> {
    const counts = new Map<string, number>();
    for (const miner of this.select(selection)) {
      for (const [method, count] of miner.callCounts) {
        counts.set(method, (counts.get(method) ?? 0) + count);
      }
    }
    return counts;
  }

  /** Calls that have arrived at all miners together; see {@link SimulatedMiner.callCount}. */
  callCount(method?: string): number {
    return this.miners.reduce((total, miner) => total + miner.callCount(method), 0);
  }

  /** Stops all miners and drops their connections. Stopping twice is harmless. */
  async stop(): Promise<void> {
    await Promise.all(this.miners.map((miner) => miner.stop()));
  }

  private async startAll(): Promise<void> {
    const failed = new AbortController();
    const results = await settleBounded(
      this.miners,
      STARTS_AT_ONCE,
      async (miner) => {
        try {
          await miner.start();
        } catch (error) {
          failed.abort();
          throw new FleetCacheError(bindFailure(miner, error), { cause: error });
        }
      },
      failed.signal,
    );
    throwFirst(results);
  }
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    throw failure.reason;
  }
}

interface MinerAddress {
  readonly host: string;
  readonly port: number;
}

/** An own address for each miner, or, on systems that have only one loopback address, that one with an own port for each. */
async function chooseAddresses(options: FleetOptions, count: number, logger: Logger): Promise<MinerAddress[]> {
  const hosts = loopbackAddresses(options.host ?? DEFAULTS.host, count);
  if (await canBind(hosts)) {
    return hosts.map((host) => ({ host, port: options.port ?? DEFAULTS.port }));
  }
  logger.warn(`This system has no address ${hosts[0]}: every miner gets an own port of ${SHARED_HOST} instead.`);
  return hosts.map(() => ({ host: SHARED_HOST, port: 0 }));
}

/** Whether the system lets us listen on the last, and so most likely on all, of these addresses. */
async function canBind(hosts: readonly string[]): Promise<boolean> {
  const probe = new Listener(hosts.at(-1) ?? SHARED_HOST, 0, (socket) => socket.destroy());
  try {
    await probe.reserve();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRNOTAVAIL') {
      return false;
    }
    throw error;
  }
}

function bindFailure(miner: SimulatedMiner, error: unknown): string {
  const address = minerAddress(miner.miner);
  return errorCode(error) === 'EADDRINUSE'
    ? `${miner.id} cannot listen on ${address}: another program does already (EADDRINUSE). Stop it, or choose another --port or --host.`
    : `${miner.id} cannot listen on ${address}: ${describeError(error)}.`;
}

async function loadProtocol(): Promise<Protocol> {
  const [grpc, definition, descriptor] = await Promise.all([
    import('@grpc/grpc-js'),
    loadPackageDefinition(),
    import('virtual:proto-descriptor'),
  ]);
  const services = minerServices(definition);
  return {
    grpc,
    services,
    defaults: new ImplicitDefaults(descriptor.default),
    reflection: await Reflection.load(definition, servedBy(services)),
  };
}

/** Full names of the services, which stand in the paths of their methods. */
function servedBy(services: BraiinsServices): string[] {
  const tables: readonly Readonly<Record<string, { readonly path: string }>>[] = Object.values(services);
  const paths = tables.flatMap((methods) => Object.values(methods).map(({ path }) => path));
  return [...new Set(paths.map((path) => path.split('/')[1] ?? ''))];
}
