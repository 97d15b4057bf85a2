import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settleBounded } from '../../../src/base/concurrency';
import { loadMinerServices } from '../../../src/braiins/proto/load';
import { SimulatorBundle } from './bundle';
import { RawClient } from './rawClient';

const MINERS = 500;
/** What a process may take that simulates ten times as many, and what it takes without any. */
const LIMIT_MIB = { tenTimes: 1_000, none: 100 };

let bundle: SimulatorBundle;

beforeAll(async () => {
  bundle = await SimulatorBundle.build();
});

afterAll(() => bundle.remove());

async function residentMib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

it.runIf(process.platform === 'linux')(
  'miners that are connected and read take their part of what five thousand may',
  async () => {
    const file = path.join(bundle.directory, 'scale.json');
    const simulator = bundle.run(`--miners ${MINERS} --port 0 --inventory ${file}`.split(' '));
    const clients: RawClient[] = [];
    try {
      await simulator.ready();
      const { miners, defaults } = JSON.parse(await readFile(file, 'utf8'));
      const services = await loadMinerServices();
      const answers = await settleBounded(miners as { host: string; port?: number }[], 32, async ({ host, port }) => {
        const client = await RawClient.connect({ host, port: port ?? defaults.port }, services);
        clients.push(client);
        return client.unary(services.miner.GetMinerStats, {});
      });
      expect(answers.filter(({ status }) => status !== 'fulfilled')).toEqual([]);

      const each = (LIMIT_MIB.tenTimes - LIMIT_MIB.none) / (10 * MINERS);
      expect(await residentMib(simulator.child.pid)).toBeLessThan(LIMIT_MIB.none + each * MINERS);
    } finally {
      for (const client of clients) {
        client.close();
      }
      await simulator.stop();
    }
  },
  120_000,
);
