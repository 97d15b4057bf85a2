import type { Clock } from '../base/clock';
import type { Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { FleetServices } from '../service/fleetServices';

/** Where the services come from, as far as it matters here; see `FleetSession`. */
export interface ServicesProvider {
  /** The services, if they run. */
  readonly services: FleetServices | undefined;
  /** Fired when {@link services} may have changed. */
  readonly onDidChange: Event<unknown>;
}

/** How long a status is shown before it is read again: its TTL. */
const REFRESH_MS = 10_000;

/**
 * Keeps the monitor up to date as long as somebody looks at the fleet, once for all views that show it.
 *
 * Whoever comes first causes a person's reading, which counts as lookups; the refreshes that follow by themselves do not, nor
 * does another view that opens meanwhile: it shows what was read.
 */
export class LiveFleet implements Disposable {
  private readonly disposables = new DisposableStore();
  private ofServices = this.disposables.add(new DisposableStore());
  private viewers = 0;
  /** Aborted when nobody looks any more, or the services or the miners are replaced. */
  private reading: AbortController | undefined;
  /** Whether the miners were read since somebody began to look. */
  private wasRead = false;

  constructor(
    private readonly provider: ServicesProvider,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.disposables.add(provider.onDidChange(() => this.follow()));
    this.disposables.add(toDisposable(() => this.reading?.abort()));
    this.follow();
  }

  /** Has the fleet read until disposed. */
  look(): Disposable {
    this.viewers++;
    if (this.viewers === 1) {
      this.wasRead = false;
      this.restart();
    }
    return toDisposable(() => {
      this.viewers--;
      if (this.viewers === 0) {
        this.restart();
      }
    });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const { services } = this.provider;
    if (services !== undefined) {
      this.ofServices.add(services.inventory.onDidChange(() => this.restart()));
    }
    this.restart();
  }

  private restart(): void {
    this.reading?.abort();
    this.reading = undefined;
    const { services } = this.provider;
    if (services === undefined || this.viewers === 0 || this.disposables.isDisposed) {
      return;
    }
    this.reading = new AbortController();
    const { signal } = this.reading;
    this.refreshRepeatedly(services, signal).catch((error: unknown) =>
      this.logger.error(`The fleet is not read any more: ${describeError(error)}`),
    );
    const following = services.followEvents();
    signal.addEventListener('abort', () => following.dispose(), { once: true });
  }

  private async refreshRepeatedly(services: FleetServices, signal: AbortSignal): Promise<void> {
    const { miners } = services.inventory.current;
    const background = this.wasRead;
    this.wasRead = true;
    let tookMs = await this.timed(() => services.monitor.refresh(miners, { background, signal }));
    this.logger.info(`Read ${miners.length} miners in ${Math.round(tookMs)} ms.`);
    while (!signal.aborted) {
      // A fleet that takes long to read must not keep the extension host busy all the time.
      await this.sleep(Math.max(REFRESH_MS, tookMs * 2), signal);
      if (!signal.aborted) {
        const current = services.inventory.current.miners;
        tookMs = await this.timed(() => services.monitor.refresh(current, { background: true, signal }));
      }
    }
  }

  /** How long a task took, in ms. */
  private async timed(task: () => Promise<void>): Promise<number> {
    const started = this.clock.monotonic();
    await task();
    return this.clock.monotonic() - started;
  }

  private sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.dispose();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.clock.setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
