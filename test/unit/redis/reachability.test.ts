import { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { followCluster } from '../../../src/redis/reachability';

/** A node's connection, as far as it is followed. */
class Node extends EventEmitter {
  status = 'connecting';

  become(status: 'ready' | 'close'): void {
    this.status = status;
    this.emit(status);
  }
}

/** A Cluster at which nothing happens but what the test does. */
class Stand extends EventEmitter {
  readonly told: string[] = [];
  private masters: readonly Node[] = [];

  constructor() {
    super();
    const tell = (what: string) => () => void this.told.push(what);
    followCluster(this as unknown as Cluster, {
      onReachable: tell('reachable'),
      onUnreachable: tell('unreachable'),
      onWhole: tell('whole'),
      onSettled: tell('settled'),
      onServerLost() {},
      onSlotsDoubtful() {},
      onNodeError() {},
    });
  }

  nodes(): readonly Redis[] {
    return this.masters as unknown as Redis[];
  }

  /** Has these for nodes from now on. */
  have(masters: readonly Node[]): void {
    const former = this.masters;
    this.masters = masters;
    for (const node of masters) {
      if (!former.includes(node)) {
        this.emit('+node', node);
      }
    }
  }
}

describe('the nodes of a Cluster', () => {
  it('cannot be reached when each of them was tried in vain, and not before', () => {
    const stand = new Stand();
    const [one, other] = [new Node(), new Node()];
    stand.have([one, other]);
    one.become('close');
    expect(stand.told).toEqual([]);
    other.become('close');
    expect(stand.told).toEqual(['unreachable']);
  });

  it('can be reached when the slots are known, whichever comes first', () => {
    const stand = new Stand();
    const [one, other] = [new Node(), new Node()];
    stand.have([one, other]);
    one.become('close');
    other.become('ready');
    expect(stand.told).toEqual([]);
    stand.have([other]);
    stand.emit('refresh');
    expect(stand.told).toEqual(['reachable', 'whole', 'settled']);
  });

  it('are those of the profile once more when all were given up, which may have no slots', () => {
    const stand = new Stand();
    const master = new Node();
    stand.have([master]);
    master.become('ready');
    stand.emit('refresh');
    master.become('close');
    stand.have([]);
    stand.emit('close');
    stand.told.length = 0;
    const named = new Node();
    stand.have([named]);
    named.become('ready');
    expect(stand.told).toEqual([]);
    stand.emit('refresh');
    expect(stand.told).toEqual(['reachable', 'whole', 'settled']);
  });
});
