import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { FleetServices } from '../../service/fleetServices';

/** Temperatures change slowly, and each is a call to the miner. */
const ROUND_MS = 30_000;
/** The longest that the first round waits for the miners' states: those that are offline are not asked. */
const STATES_MS = 10_000;

/** Reads the temperatures of the miners that are online, again and again until disposed. */
export class TemperatureRounds implements Disposable {
  private readonly stop = new AbortController();

  constructor(
    readonly services: Pick<FleetServices, 'monitor' | 'temperatures' | 'inventory'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.run().catch((error: unknown) =>
      this.logger.error(`Temperatures are not read any more: ${describeError(error)}`),
    );
  }

  dispose(): void {
    this.stop.abort();
  }

  private async run(): Promise<void> {
    const { monitor, temperatures, inventory } = this.services;
    await monitor.refreshed(STATES_MS);
    while (!this.stop.signal.aborted) {
      const online = inventory.current.miners.filter(({ id }) => monitor.view(id).type === 'online');
      await temperatures.refresh(online, this.stop.signal);
      if (!this.stop.signal.aborted) {
        await this.pause();
      }
    }
  }

  private pause(): Promise<void> {
    const { signal } = this.stop;
    return new Promise((resolve) => {
      const done = () => {
        timer.dispose();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.clock.setTimeout(done, ROUND_MS);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
