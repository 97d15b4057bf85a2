import { monitorEventLoopDelay } from 'node:perf_hooks';

/** In ms, as of the host's process: what the machine itself adds. */
export interface IdleReport {
  readonly delayP99: number;
}

export const RESOLUTION_MS = 2;
export const NS_PER_MS = 1e6;

/** A process that does nothing: how late its timers are is the machine's doing alone. Asked for anything, it tells, and begins anew. */
export async function idleProcess(): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', () => {
    process.send?.({ delayP99: delay.percentile(99) / NS_PER_MS } satisfies IdleReport);
    delay.reset();
  });
  process.send?.('ready');
}
