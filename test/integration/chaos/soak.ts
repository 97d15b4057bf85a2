import { SeededRandom } from '../../../src/simulator/random';
import { startTestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';
import { startTestSentinel } from '../../fixtures/redisSentinel';
import { type ChaosReport, type Fault, runChaos } from './chaosRun';
import { failover, masterFaults, promotion, serverFaults } from './faults';

/** A Redis of one kind for one round of a soak. */
interface Scene {
  readonly name: string;
  start(random: SeededRandom): Promise<{
    readonly url: string;
    readonly faults: readonly Fault[];
    stop(): Promise<void>;
  }>;
}

export interface SoakRound {
  readonly seed: number;
  readonly scene: string;
  readonly faults: readonly string[];
  readonly report: ChaosReport;
}

const FAULTS_PER_ROUND = 6;
const FAULT_MS = [50, 5_000] as const;
const INSTANCES = [1, 5] as const;

const SCENES: readonly Scene[] = [
  {
    name: 'server',
    async start(random) {
      const server = await startTestRedis();
      const stop = async () => {
        server.resume();
        await server.stop();
      };
      return { url: server.url, faults: pickMany(serverFaults(server), random), stop };
    },
  },
  {
    name: 'cluster',
    async start(random) {
      const cluster = await startTestCluster({
        args: ['--cluster-require-full-coverage', pick(['yes', 'no'], random)],
      });
      return { url: cluster.url, faults: pickMany(masterFaults(cluster), random), stop: () => cluster.stop() };
    },
  },
  {
    name: 'cluster with replicas',
    async start(random) {
      const args = ['--cluster-require-full-coverage', pick(['yes', 'no'], random)];
      const cluster = await startTestCluster({ replicas: true, args });
      return { url: cluster.url, faults: [promotion(cluster)], stop: () => cluster.stop() };
    },
  },
  {
    name: 'sentinel',
    async start() {
      const sentinel = await startTestSentinel();
      return { url: sentinel.url, faults: [failover(sentinel)], stop: () => sentinel.stop() };
    },
  },
];

/** One round: any kind of Redis, any of its faults, for any time. All of it follows from the seed, save for time itself. */
export async function soakRound(seed: number): Promise<SoakRound> {
  const random = new SeededRandom(seed);
  const { name, start } = pick(SCENES, random);
  const scene = await start(random);
  try {
    const report = await runChaos({
      url: scene.url,
      faults: scene.faults,
      faultMs: random.between(...FAULT_MS),
      instances: Math.floor(random.between(...INSTANCES)),
      seed,
    });
    return { seed, scene: name, faults: scene.faults.map((fault) => fault.name), report };
  } finally {
    await scene.stop();
  }
}

function pickMany(faults: readonly Fault[], random: SeededRandom): readonly Fault[] {
  return Array.from({ length: FAULTS_PER_ROUND }, () => pick(faults, random));
}

function pick<T>(items: readonly T[], random: SeededRandom): T {
  return items[Math.floor(random.between(0, items.length))] as T;
}
