import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/lifecycle';
import { silentLogger } from '../../src/base/logger';
import { DashboardChannel } from '../../src/host/dashboard/dashboardChannel';
import { DashboardSource } from '../../src/host/dashboard/dashboardSource';
import { LiveFleet } from '../../src/host/liveFleet';
import type { FleetServices } from '../../src/service/fleetServices';
import { usedMemory } from '../usedMemory';
import { openHostServices } from './hostServices';
import { NS_PER_MS, RESOLUTION_MS } from './idleProcess';
import { type Opening, type WebviewFiles, WebviewServer } from './webviewServer';

export interface HostArgument {
  readonly redisPort: number;
  readonly files: WebviewFiles;
}

/** What the process is asked: to begin a measurement, or to end it. */
export type HostQuestion = 'begin' | 'end' | 'memory';

/** What the process says of itself since the last `begin`. */
export interface HostReport {
  readonly port: number;
  /** Bytes of the heap that are in use after a collection. */
  readonly heap: number;
  /** In ms, the timer's own resolution included. */
  readonly delayP99: number;
  readonly delayMax: number;
  /** Share of one core. */
  readonly cpu: number;
  readonly messages: number;
  readonly snapshotBytes: number;
  readonly restBytes: number;
  readonly updateBytes: number;
  readonly opening: Opening;
}

/** The dashboard's side of the extension host, in a process of its own as that is. @param argument a {@link HostArgument}, as JSON. */
export async function hostProcess(argument: string): Promise<void> {
  const { redisPort, files } = JSON.parse(argument) as HostArgument;
  const services = (await openHostServices(redisPort)) as FleetServices;
  const [clock, logger] = [systemClock, silentLogger];
  const never = () => ({ dispose() {} });
  const liveFleet = new LiveFleet({ services, onDidChange: never }, clock, logger);
  const source = new DashboardSource({
    session: { state: { type: 'running', services }, onDidChange: never },
    liveFleet,
    clock,
    logger,
  });
  const webview = await WebviewServer.start(files, (page) => {
    const store = new DisposableStore();
    store.add(new DashboardChannel({ page, layout: 'panel', source, handle: async () => {}, clock, logger }));
    return store;
  });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let [begun, cpu, messages] = [performance.now(), process.cpuUsage(), 0];
  process.on('message', async (question: HostQuestion) => {
    const [delayP99, delayMax] = [delay.percentile(99) / NS_PER_MS, delay.max / NS_PER_MS];
    const spent = process.cpuUsage(cpu);
    const share = (spent.user + spent.system) / 1_000 / (performance.now() - begun);
    const sent = webview.messages - messages;
    const { heapUsed } = question === 'end' ? process.memoryUsage() : await usedMemory();
    delay.reset();
    [begun, cpu, messages] = [performance.now(), process.cpuUsage(), webview.messages];
    process.send?.({
      port: webview.port,
      heap: heapUsed,
      delayP99,
      delayMax,
      cpu: share,
      messages: sent,
      snapshotBytes: webview.sizes.get('snapshot') ?? 0,
      restBytes: webview.sizes.get('rest') ?? 0,
      updateBytes: webview.sizes.get('update') ?? 0,
      opening: webview.opening,
    } satisfies HostReport);
  });
  process.send?.('ready');
}
