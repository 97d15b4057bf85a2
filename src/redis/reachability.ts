import type { Cluster, Redis } from 'ioredis';

/** What the connections of a client tell. */
export interface ReachabilityEvents {
  /** A server stands that can be asked; on a Cluster, one of the masters. May come again for one that was replaced. */
  onReachable(): void;
  onUnreachable(): void;
  /** Every server that is to be asked can be. */
  onWhole(): void;
  /** It is known of every server whether it can be reached. */
  onSettled(): void;
  /** One of a Cluster's masters was lost or replaced. */
  onServerLost(): void;
  /** Who has which slots of a Cluster may have changed. */
  onSlotsDoubtful(): void;
  /** Why a node of a Cluster cannot be reached. */
  onNodeError(error: unknown): void;
}

type ServerEvents = Pick<ReachabilityEvents, 'onReachable' | 'onUnreachable' | 'onWhole' | 'onSettled'>;

/** Follows the connection to one server, wherever Sentinels say that it is. */
export function followServer(server: Redis, events: ServerEvents): void {
  server.on('ready', () => {
    events.onReachable();
    events.onWhole();
    events.onSettled();
  });
  server.on('close', () => events.onUnreachable());
}

/** Follows the connections to a Cluster's masters. It can be reached while one of them can. */
export function followCluster(cluster: Cluster, events: ReachabilityEvents): void {
  let isReachable = false;
  // Before that the masters are the nodes of the profile, which may have other names in the table of slots, or no slot at all.
  let areSlotsKnown = false;
  let masters: readonly Redis[] = [];
  /** Those whose last attempt to connect failed. */
  const lost = new WeakSet<Redis>();
  const isReady = ({ status }: Redis) => status === 'ready';
  const assess = () => {
    const wasReachable = isReachable;
    const present = cluster.nodes('master');
    isReachable = areSlotsKnown && present.some(isReady);
    if (isReachable && !wasReachable) {
      events.onReachable();
    }
    // One that failed says nothing of those that are still being connected to.
    if (!isReachable && (wasReachable || present.every((node) => lost.has(node)))) {
      events.onUnreachable();
    }
    if (isReachable && present.every(isReady)) {
      events.onWhole();
    }
    if (areSlotsKnown && present.every((node) => isReady(node) || lost.has(node))) {
      events.onSettled();
    }
  };
  cluster.on('+node', (node: Redis) => {
    let wasReady = false;
    node.on('ready', () => {
      wasReady = true;
      lost.delete(node);
      assess();
    });
    node.on('close', () => {
      lost.add(node);
      assess();
      events.onSlotsDoubtful();
      // Each attempt to connect again closes as well.
      if (wasReady && cluster.nodes('master').includes(node)) {
        events.onServerLost();
      }
      wasReady = false;
    });
    // Nodes connect with their first command, and whatever comes while they do would fail.
    if (node.status === 'wait') {
      node.connect().catch(() => {});
    }
  });
  cluster.on('refresh', () => {
    areSlotsKnown = true;
    // A replica that was promoted has its connection already.
    assess();
    const present = cluster.nodes('master');
    // Who was only cut off from the others keeps its connection to us.
    if (masters.some((master) => !present.includes(master))) {
      events.onServerLost();
    }
    masters = present;
  });
  cluster.on('close', () => {
    // All nodes were given up: it begins anew with those of the profile.
    areSlotsKnown = false;
    assess();
  });
  cluster.on('node error', (error: unknown) => events.onNodeError(error));
}
