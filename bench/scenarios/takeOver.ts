import { type ChildProcess, fork } from 'node:child_process';
import { Redis } from 'ioredis';
import { silentLogger } from '../../src/base/logger';
import { createRuntime } from '../../src/runtime';
import type { StatusMessage } from '../../src/service/statusMessages';
import type { Comparison } from '../comparison';
import { FLEET_LOGIN, FleetProcess } from '../fleetProcess';

const MINERS = 2_000;
const INSTANCES = 3;
const TIMEOUT_MS = 90_000;
const POLL_MS = 250;
/** In which no stream is opened, if none is about to be. */
const QUIET_MS = 3_000;

/** Of three instances that watch a fleet one is killed: how long until each of its miners is heard of again. */
export async function takeOver(port: number): Promise<Comparison> {
  const fleet = await FleetProcess.start(MINERS);
  const redis = new Redis(port, '127.0.0.1');
  const argument = JSON.stringify({ port, inventoryPath: fleet.inventoryPath });
  const instances = Array.from({ length: INSTANCES }, () =>
    fork(process.argv[1] as string, ['watchingInstance', argument]),
  );
  try {
    const heard = new Map<string, StatusMessage>();
    redis.on('pmessage', (_, _channel: string, text: string) => {
      const message: StatusMessage = JSON.parse(text);
      if (!heard.has(message.minerId)) {
        heard.set(message.minerId, message);
      }
    });
    await redis.psubscribe('events:miner:*');
    await allStand(fleet);
    await fleet.setState('paused');
    await until(async () => heard.size === MINERS, 'every miner was heard of');
    const opened = await fleet.openedStreams();
    const victim = instances[0] as ChildProcess;
    const orphans = [...heard.values()].filter(({ by }) => by.includes(`-${victim.pid}-`)).length;
    heard.clear();
    const killedAt = Date.now();
    victim.kill('SIGKILL');
    await fleet.setState('normal');
    await until(async () => heard.size === MINERS, 'every miner was heard of again');
    const waits = [...heard.values()].map(({ timestamp }) => Date.parse(timestamp) - killedAt);
    const longestS = Math.max(...waits) / 1_000;
    await allStand(fleet);
    const twice = (await fleet.openedStreams()) - opened - orphans;
    return {
      title: `One of ${INSTANCES} instances that watch ${MINERS.toLocaleString('en')} miners is killed`,
      measures: [{ contender: 'miners that it had watched', unit: '', values: [orphans] }],
      goals: [
        { name: 'until the last is heard of again', unit: 's', values: [longestS], bound: 'atMost', limit: 10 },
        { name: 'streams more than one for each', unit: '', values: [twice], bound: 'atMost', limit: 0 },
      ],
    };
  } finally {
    for (const instance of instances) {
      instance.kill('SIGKILL');
    }
    redis.disconnect();
    await fleet.stop();
  }
}

/** What runs in the process of each instance. @param argument what {@link takeOver} gives it, as JSON. */
export async function watchingInstance(argument: string): Promise<void> {
  const { port, inventoryPath } = JSON.parse(argument) as { readonly port: number; readonly inventoryPath: string };
  await createRuntime({
    kind: 'server',
    watch: true,
    inventoryPath,
    redis: { url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 2_000 },
    ttls: {},
    credentials: { find: async () => FLEET_LOGIN },
    logger: silentLogger,
  });
}

/** Resolves when every miner has been asked for its stream, and nobody asks any more. */
async function allStand(fleet: FleetProcess): Promise<void> {
  let before = 0;
  let since = performance.now();
  await until(async () => {
    const streams = await fleet.openedStreams();
    if (streams !== before) {
      [before, since] = [streams, performance.now()];
    }
    return streams >= MINERS && performance.now() - since > QUIET_MS;
  }, 'all streams stood');
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) {
      throw new Error(`it took longer than ${TIMEOUT_MS / 1_000} s until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
