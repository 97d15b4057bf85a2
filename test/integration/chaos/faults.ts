import { Redis } from 'ioredis';
import { freePort } from '../../../src/redis/localServer';
import { eventually } from '../../fixtures/eventually';
import type { TestRedis } from '../../fixtures/redis';
import type { TestCluster } from '../../fixtures/redisCluster';
import type { TestSentinel } from '../../fixtures/redisSentinel';
import type { Fault } from './chaosRun';

const PASSWORD = 'set-in-the-middle';
const CUT_EVERY_MS = 50;

/** What can happen to one server, again and again. */
export function serverFaults(server: TestRedis): readonly Fault[] {
  let cuts: NodeJS.Timeout | undefined;
  const order = (...words: readonly [string, ...(string | number)[]]) => command(server.port, words);
  return [
    {
      name: 'killed and restarted empty',
      begin: async (changeAll) => {
        await changeAll();
        server.kill();
      },
      heal: () => server.restart(),
    },
    {
      name: 'hung',
      begin: async (changeAll) => {
        await changeAll();
        server.hang();
      },
      heal: async () => server.resume(),
    },
    {
      name: 'out of memory',
      async begin(changeAll) {
        await order('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await order('CONFIG', 'SET', 'maxmemory', 1);
        await changeAll();
      },
      async heal() {
        await order('CONFIG', 'SET', 'maxmemory', 0);
      },
    },
    {
      name: 'read-only',
      async begin(changeAll) {
        await order('REPLICAOF', '127.0.0.1', await freePort());
        await changeAll();
      },
      async heal() {
        await order('REPLICAOF', 'NO', 'ONE');
      },
    },
    {
      name: 'wanting a password',
      async begin(changeAll) {
        await order('CONFIG', 'SET', 'requirepass', PASSWORD);
        await changeAll();
        // Whoever is connected already would stay logged in.
        for (const type of ['normal', 'pubsub']) {
          await command(server.port, ['CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'], PASSWORD);
        }
      },
      async heal() {
        await command(server.port, ['CONFIG', 'SET', 'requirepass', ''], PASSWORD);
      },
    },
    {
      name: 'losing the links that tell of changes',
      async begin(changeAll) {
        cuts = setInterval(() => void order('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {}), CUT_EVERY_MS);
        await order('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await changeAll();
      },
      async heal() {
        clearInterval(cuts);
      },
    },
  ];
}

/** What can happen to one of a Cluster's masters that has no replica, again and again. */
export function masterFaults(cluster: TestCluster): readonly Fault[] {
  const [first, second] = cluster.masters as [TestRedis, TestRedis];
  return [
    {
      name: 'one master killed and restarted empty',
      begin: async (changeAll) => {
        await cluster.noticeLosses();
        await changeAll();
        first.kill();
      },
      heal: () => first.restart(),
    },
    {
      name: 'one master hung',
      begin: async (changeAll) => {
        await cluster.noticeLosses();
        await changeAll();
        second.hang();
      },
      heal: async () => second.resume(),
    },
  ];
}

/** The replica takes over, which it can do once. */
export function promotion(cluster: TestCluster): Fault {
  const [master, other] = cluster.masters as [TestRedis, TestRedis];
  const [replica] = cluster.replicas as [TestRedis];
  return {
    name: 'one master killed while its replica lags, and replaced by it',
    begin: async (changeAll) => {
      await cluster.noticeLosses();
      await killBehind(master, replica, changeAll);
    },
    heal: () =>
      eventually(async () => {
        const slots = (await command(other.port, ['CLUSTER', 'SLOTS'])) as [number, number, [string, number]][];
        if (!slots.some(([, , [, port]]) => port === replica.port)) {
          throw new Error(`The replica at port ${replica.port} is no master yet.`);
        }
      }, 20_000),
  };
}

/** Sentinel makes the replica the master, which it can do once. */
export function failover(sentinel: TestSentinel): Fault {
  return {
    name: 'master killed while its replica lags, and replaced by Sentinel',
    begin: (changeAll) => killBehind(sentinel.master, sentinel.replica, changeAll),
    // The master is gone already; what is left is to wait.
    heal: () => sentinel.failover(),
  };
}

/**
 * Kills a master whose replica has missed its last writes, as may happen to any, since Redis confirms before it replicates:
 *
 * 1. the replica hangs, and loses its connection;
 * 2. the master confirms writes that nobody else has;
 * 3. the master dies;
 * 4. the replica goes on without them.
 */
async function killBehind(master: TestRedis, replica: TestRedis, changeAll: () => Promise<void>): Promise<void> {
  replica.hang();
  try {
    await command(master.port, ['CLIENT', 'KILL', 'TYPE', 'replica']);
    await changeAll();
    master.kill();
  } finally {
    replica.resume();
  }
}

/** Sends a command over a connection of its own. */
async function command(
  port: number,
  [name, ...args]: readonly [string, ...(string | number)[]],
  password?: string,
): Promise<unknown> {
  const admin = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    ...(password === undefined ? {} : { password }),
  });
  admin.on('error', () => {});
  try {
    await admin.connect();
    return await admin.call(name, ...args);
  } finally {
    admin.disconnect();
  }
}
