import type { Clock } from '../../base/clock';
import type { Event } from '../../base/emitter';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { DashboardLayout, Request, Rest } from '../../protocol/dashboard';
import type { DashboardSource } from './dashboardSource';
import { type Drawable, type Fate, Outbox, type Recipient } from './outbox';
import { readPageMessage } from './pageMessages';
import { PendingUpdate } from './pendingUpdate';

/** A page as far as it is spoken with: a webview in a panel or in the side bar. */
export interface DashboardPage extends Recipient {
  readonly isVisible: boolean;
  readonly onDidChangeVisibility: Event<unknown>;
  readonly onDidReceive: Event<unknown>;
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
const PACE_MS = 40;
/** Of so many miners and fewer, all there is goes in one message: it takes no longer than its parts. */
const FEW_MINERS = 300;
/** Before a page that did not take a message, or came back without a word, is sent all there is. */
const RETRY_MS = 1_000;
/** Before one that took it and did not draw it for long is: its window is not seen, or its script has failed. */
const SILENT_RETRY_MS = 60_000;
/** Requests of one page that run at a time. A command may ask a person something, who may take long. */
const MOST_REQUESTS = 16;

/**
 * Tells one page what it shows: all there is when it comes up, and from then on what changed. Nothing is sent while the page is
 * hidden, nor before it has drawn what was sent last; what changes meanwhile becomes one message.
 */
export class DashboardChannel implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly pending = new PendingUpdate();
  private readonly outbox: Outbox;
  /** Set as long as the page is visible. */
  private whileVisible: DisposableStore | undefined;
  /** Whether the page listens: it said so since it was shown, or has had the time to. */
  private isListening = false;
  private wasEverReady = false;
  /** The sending that goes on, from the hydration to the drawing. */
  private sending: object | undefined;
  /** The page has not drawn what it took. */
  private isSilent = false;
  /** Of `Clock.monotonic`. */
  private nextAt = 0;
  private timer: Disposable | undefined;
  private requests = 0;

  constructor(private readonly options: DashboardChannelOptions) {
    const { page, clock, logger } = options;
    this.outbox = new Outbox(page, clock, logger);
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
    this.pending.reset();
  }

  private receive(raw: unknown): void {
    const message = readPageMessage(raw);
    switch (message?.type) {
      case 'ready':
        this.wasEverReady = true;
        this.isListening = this.whileVisible !== undefined;
        this.pending.reset();
        this.stopWaiting();
        // What the page was to draw went with what was loaded before.
        this.sending = undefined;
        this.pump();
        return;
      case 'drawn':
        this.outbox.noteDrawn(message.number);
        if (this.isSilent) {
          this.stopWaiting();
          this.pump();
        }
        return;
      case 'request':
        void this.answer(message.id, message.request);
        return;
      case 'misunderstood':
        void this.outbox.post({ type: 'refused', id: message.id, reason: message.reason });
        return;
      case undefined:
        this.options.logger.debug('The dashboard’s page said something that is not understood.');
    }
  }

  private async answer(id: number, request: Request): Promise<void> {
    if (this.requests >= MOST_REQUESTS) {
      const reason = 'Too many requests are under way. Try again when they have ended.';
      await this.outbox.post({ type: 'refused', id, reason });
      return;
    }
    this.requests++;
    try {
      await this.options.handle(request);
      await this.outbox.post({ type: 'answer', id, answer: { kind: 'done' } });
    } catch (error) {
      await this.outbox.post({ type: 'refused', id, reason: describeError(error) });
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
    const sending = {};
    this.sending = sending;
    const fate = this.send(sending).catch((error: unknown): Fate => {
      this.options.logger.error(`The dashboard cannot be shown: ${describeError(error)}`);
      return 'refused';
    });
    void fate.then((became) => {
      if (this.sending !== sending) {
        return;
      }
      this.sending = undefined;
      if (became !== 'drawn') {
        this.pending.noteEverything();
        this.resume(became === 'refused' ? RETRY_MS : SILENT_RETRY_MS);
        this.isSilent = became === 'silent';
      }
      this.pump();
    });
  }

  private async send(sending: object): Promise<Fate> {
    const { source } = this.options;
    if (this.pending.needsSnapshot && source.minerCount > FEW_MINERS) {
      const fate = await this.outbox.postToDraw(this.takeSnapshot());
      if (fate !== 'drawn' || this.sending !== sending || !this.pending.needsRest) {
        return fate;
      }
    }
    if (this.pending.needsSnapshot || this.pending.needsRest) {
      await source.hydrated();
      if (this.sending !== sending) {
        // Hidden, or loaded anew: what is sent then is another's to send.
        return 'refused';
      }
    }
    return await this.outbox.postToDraw(this.takePending());
  }

  /** From here to the posting nothing else runs: what changes later is not in the message, and is noted as pending. */
  private takePending(): Drawable {
    const { source, clock } = this.options;
    if (this.pending.needsSnapshot) {
      const { snapshot } = this.takeSnapshot();
      return { type: 'snapshot', snapshot: { ...snapshot, ...this.takeRest() } };
    }
    this.nextAt = clock.monotonic() + PACE_MS;
    return this.pending.needsRest
      ? { type: 'rest', rest: this.takeRest() }
      : { type: 'update', update: { sentAt: clock.now(), ...this.pending.take(source) } };
  }

  /** As {@link takePending}, without what the charts can do without. */
  private takeSnapshot() {
    const { source, clock } = this.options;
    this.nextAt = clock.monotonic() + PACE_MS;
    this.pending.noteSnapshot();
    return { type: 'snapshot', snapshot: { sentAt: clock.now(), ...source.snapshot() } } as const;
  }

  private takeRest(): Rest {
    return { ...this.options.source.rest(), ...this.pending.takeCounts() };
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
    this.isSilent = false;
    this.timer?.dispose();
    this.timer = undefined;
  }
}
