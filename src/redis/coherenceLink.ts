import { Cluster } from 'ioredis';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import { DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CoherenceLink } from '../cache/coherenceLink';
import type { RedisConnection } from './connection';
import { NodeLink, serverOf } from './nodeLink';
import { addressOf } from './nodeNames';
import { type ConnectionProfile, type NodeAddress, nodeAddress } from './profile';

export interface RedisCoherenceLinkOptions {
  readonly profile: ConnectionProfile;
  /** Tells a Cluster's masters. */
  readonly connection: RedisConnection;
  /** What the keys begin with whose changes are told. */
  readonly prefixes: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often a Cluster's masters are compared with those that are followed, in ms: events alone miss a fail-over. */
const TOPOLOGY_EVERY_MS = 1_000;
/** How often connections that are with different servers are made anew, in ms. */
const PARTED_PAUSE_MS = 1_000;
/** The news of changed keys from Redis: from each of its masters, whether one server, Sentinel or Cluster. */
export class RedisCoherenceLink implements CoherenceLink {
  private readonly links = new Map<string, NodeLink>();
  private readonly invalidations: Emitter<readonly string[] | 'everything'>;
  private readonly disposables = new DisposableStore();

  readonly onDidInvalidate: CoherenceLink['onDidInvalidate'];

  /** A field, because it is read with every hit. */
  caughtUpTo = Number.NEGATIVE_INFINITY;
  /** When the two were last found with different servers. */
  private partedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RedisCoherenceLinkOptions) {
    this.invalidations = new Emitter((error) =>
      options.logger.error(`A listener to changed keys failed: ${describeError(error)}`),
    );
    this.onDidInvalidate = this.invalidations.event;
    const { client } = options.connection;
    if (client instanceof Cluster) {
      const follow = () => this.followMasters(client);
      for (const event of ['+node', '-node', 'refresh']) {
        client.on(event, follow);
        this.disposables.add(toDisposable(() => client.off(event, follow)));
      }
      this.every(TOPOLOGY_EVERY_MS, follow);
      follow();
    } else {
      this.links.set('', this.open(undefined));
      // What was read over the former connection may be another server's.
      const forget = () => this.invalidations.fire('everything');
      client.on('ready', forget);
      this.disposables.add(toDisposable(() => client.off('ready', forget)));
      // The server that it hears may be another one than the commands go to from now on.
      this.disposables.add(options.connection.onDidLoseServer(() => this.links.get('')?.reconnect()));
    }
  }

  dispose(): void {
    this.disposables.dispose();
    for (const link of this.links.values()) {
      link.dispose();
    }
    this.links.clear();
    this.caughtUpTo = Number.NEGATIVE_INFINITY;
    this.invalidations.dispose();
  }

  private open(node: NodeAddress | undefined): NodeLink {
    const { profile, prefixes, clock, logger } = this.options;
    return new NodeLink({
      profile,
      node,
      prefixes,
      clock,
      logger,
      onChange: (keys) => this.invalidations.fire(keys),
      onHeard: () => {
        this.assess();
        this.bringTogether();
      },
    });
  }

  private followMasters(cluster: Cluster): void {
    const masters = new Map(
      cluster
        .nodes('master')
        .map(addressOf)
        .map((node) => [nodeAddress(node), node]),
    );
    const gone = [...this.links].filter(([name]) => !masters.has(name));
    const come = [...masters].filter(([name]) => !this.links.has(name));
    if (gone.length === 0 && come.length === 0) {
      return;
    }
    for (const [name, link] of gone) {
      link.dispose();
      this.links.delete(name);
    }
    for (const [name, node] of come) {
      this.links.set(name, this.open(node));
    }
    this.assess();
    this.invalidations.fire('everything');
  }

  /** The whole is as far as the link that was heard of least recently. */
  private assess(): void {
    let least = this.links.size === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    for (const { heardOf } of this.links.values()) {
      least = Math.min(least, heardOf);
    }
    this.caughtUpTo = least;
  }

  /**
   * With Sentinels the link and the commands may be with different servers, one of them a master no more:
   *
   * 1. the master hangs, and the link, which is pinged, is lost first;
   * 2. a replica takes over, and the link goes there;
   * 3. the former master wakes up, and commands that nobody sent meanwhile go on to be sent there;
   * 4. others void entries with the new master: the link tells of it, and the former master gives the old ones.
   */
  private bringTogether(): void {
    const { profile, connection, clock } = this.options;
    const link = this.links.get('')?.server;
    if (profile.mode !== 'sentinel' || connection.client instanceof Cluster || link === undefined) {
      return;
    }
    const commands = serverOf(connection.client);
    if (commands === undefined || commands === link) {
      return;
    }
    this.caughtUpTo = Number.NEGATIVE_INFINITY;
    this.invalidations.fire('everything');
    if (clock.monotonic() - this.partedAt >= PARTED_PAUSE_MS) {
      this.partedAt = clock.monotonic();
      // Each asks the Sentinels again, and they know one master.
      connection.client.disconnect(true);
      this.links.get('')?.reconnect();
    }
  }

  private every(ms: number, task: () => void): void {
    const timer = setInterval(task, ms);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }
}
