import type { Clock } from '../../base/clock';
import type { Event } from '../../base/emitter';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { DashboardLayout, HostMessage, Request } from '../../protocol/dashboard';
import type { DashboardSource } from './dashboardSource';
import { readPageMessage } from './pageMessages';
import { PendingUpdate } from './pendingUpdate';

/** A page as far as it is spoken with: a webview in a panel or in the side bar. */
export interface DashboardPage {
  readonly isVisible: boolean;
  readonly onDidChangeVisibility: Event<unknown>;
  readonly onDidReceive: Event<unknown>;
  /** Resolves to whether the page took the message. */
  post(message: HostMessage): PromiseLike<boolean>;
}

export interface DashboardChannelOptions {
  readonly page: DashboardPage;
  readonly layout: DashboardLayout;
  readonly source: DashboardSource;
  /** Does what the page asks for. @throws an error that says why not. */
  readonly handle: (request: Request) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** From the beginning of one message with changes to the next. */
const PACE_MS = 100;
/** After which a message counts as not taken. */
const TAKE_MS = 10_000;
/** Before a page that did not take a message, or came back without a word, is sent all there is. */
const RETRY_MS = 1_000;
/** Requests of one page that run at a time. A command may ask a person something, who may take long. */
const MOST_REQUESTS = 16;

/**
 * Tells one page what it shows: all there is when it comes up, and from then on what changed. Nothing is sent while the page is
 * hidden, nor before it took what was sent last; what changes meanwhile becomes one message.
 */
export class DashboardChannel implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly pending = new PendingUpdate();
  /** Set as long as the page is visible. */
  private whileVisible: DisposableStore | undefined;
  /** Whether the page listens: it said so since it was shown, or has had the time to. */
  private isListening = false;
  private wasEverReady = false;
  /** The sending that goes on. */
  private sending: Promise<boolean> | undefined;
  /** Of `Clock.monotonic`. */
  private nextAt = 0;
  private timer: Disposable | undefined;
  private requests = 0;

  constructor(private readonly options: DashboardChannelOptions) {
    const { page } = options;
    this.disposables.add(page.onDidReceive((message) => this.receive(message)));
    this.disposables.add(page.onDidChangeVisibility(() => this.followVisibility()));
    this.disposables.add(toDisposable(() => this.hide()));
    this.followVisibility();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private followVisibility(): void {
    if (this.options.page.isVisible === (this.whileVisible !== undefined)) {
      return;
    }
    this.hide();
    if (this.options.page.isVisible) {
      this.show();
    }
  }

  private show(): void {
    const { source, layout } = this.options;
    this.whileVisible = new DisposableStore();
    this.pending.noteEverything();
    this.whileVisible.add(
      source.onDidChange((change) => {
        this.pending.note(change);
        this.pump();
      }),
    );
    this.whileVisible.add(source.look(layout));
    if (this.wasEverReady) {
      // VS Code loads the page anew, which then says that it is ready; if it kept it, it says nothing.
      this.resume(RETRY_MS);
    }
  }

  private hide(): void {
    this.isListening = false;
    this.whileVisible?.dispose();
    this.whileVisible = undefined;
    this.stopWaiting();
    // VS Code may never say what became of it; the next page is another one.
    this.sending = undefined;
    this.pending.noteEverything();
  }

  private receive(raw: unknown): void {
    const message = readPageMessage(raw);
    switch (message?.type) {
      case 'ready':
        this.wasEverReady = true;
        this.isListening = this.whileVisible !== undefined;
        this.pending.noteEverything();
        this.stopWaiting();
        this.pump();
        return;
      case 'request':
        void this.answer(message.id, message.request);
        return;
      case 'misunderstood':
        void this.post({ type: 'refused', id: message.id, reason: message.reason });
        return;
      case undefined:
        this.options.logger.debug('The dashboard’s page said something that is not understood.');
    }
  }

  private async answer(id: number, request: Request): Promise<void> {
    if (this.requests >= MOST_REQUESTS) {
      const reason = 'Too many requests are under way. Try again when they have ended.';
      await this.post({ type: 'refused', id, reason });
      return;
    }
    this.requests++;
    try {
      await this.options.handle(request);
      await this.post({ type: 'answer', id, answer: { kind: 'done' } });
    } catch (error) {
      await this.post({ type: 'refused', id, reason: describeError(error) });
    } finally {
      this.requests--;
    }
  }

  /** Sends what there is to say, if the page can take it now; else as soon as it can. */
  private pump(): void {
    const { clock } = this.options;
    if (!this.isListening || this.sending !== undefined || this.pending.isEmpty || this.timer !== undefined) {
      return;
    }
    const waitMs = this.nextAt - clock.monotonic();
    if (waitMs > 0) {
      this.resume(waitMs);
      return;
    }
    const sending = this.send().catch((error: unknown) => {
      this.options.logger.error(`The dashboard cannot be shown: ${describeError(error)}`);
      return false;
    });
    this.sending = sending;
    void sending.then((wasTaken) => {
      if (this.sending !== sending) {
        return;
      }
      this.sending = undefined;
      if (!wasTaken) {
        this.pending.noteEverything();
        this.resume(RETRY_MS);
      }
      this.pump();
    });
  }

  private async send(): Promise<boolean> {
    const { source, clock } = this.options;
    const { whileVisible } = this;
    if (this.pending.needsSnapshot) {
      await source.hydrated();
    }
    if (!this.isListening || this.whileVisible !== whileVisible) {
      return true;
    }
    this.nextAt = clock.monotonic() + PACE_MS;
    // From here to the posting nothing else runs: what changes later is not in the message, and is noted as pending.
    if (this.pending.needsSnapshot) {
      this.pending.clear();
      return this.post({ type: 'snapshot', snapshot: { sentAt: clock.now(), ...source.snapshot() } });
    }
    return this.post({ type: 'update', update: { sentAt: clock.now(), ...this.pending.take(source) } });
  }

  /** Takes the page for one that listens after a while, and goes on. */
  private resume(delayMs: number): void {
    this.stopWaiting();
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      this.isListening = this.whileVisible !== undefined;
      this.pump();
    }, delayMs);
  }

  private stopWaiting(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  /** @returns whether the page took the message in time. */
  private async post(message: HostMessage): Promise<boolean> {
    let timer: Disposable | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = this.options.clock.setTimeout(() => resolve(false), TAKE_MS);
    });
    try {
      return await Promise.race([this.options.page.post(message), timeout]);
    } catch (error) {
      // A webview that was closed meanwhile.
      this.options.logger.debug(`The dashboard’s page was not reached: ${describeError(error)}`);
      return false;
    } finally {
      timer?.dispose();
    }
  }
}
