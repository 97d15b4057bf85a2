import type { Clock } from '../../base/clock';
import { FleetCacheError } from '../../base/errors';
import type { Question } from '../../service/windowServing';

/** What a question is asked with. It cannot be taken back: it stays until the person has answered it. */
export interface QuestionDialog {
  /** Resolves to whether the person agrees. */
  ask(question: Question): Promise<boolean>;
  /** The person has agreed to what nobody waits for any more. */
  tellTooLate(): void;
}

interface WaitingQuestion {
  readonly question: Question;
  readonly client: object;
  readonly answer: (hasAgreed: boolean) => void;
  /** The agent has given it up, or it has become stale. */
  isOver: boolean;
}

/** After that a question is stale, in ms. */
const PATIENCE_MS = 5 * 60_000;
/** Nobody answers more with care. */
const MOST_WAITING = 3;
/** After a refusal nobody is asked for a while, in ms; twice as long after each further one in a row. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Asks the person at this window about what agents want to do, one question after the other: one of each client, and a few in all,
 * so that no agent can ask until the person gives in.
 */
export class PersonAsker {
  /** The first one is on the screen. */
  private readonly line: WaitingQuestion[] = [];
  private refusals = 0;
  /** On the monotonic clock. */
  private pauseEnd = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly dialog: QuestionDialog,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves to whether the person agrees; also when the agent gives it up, or after five minutes, and then it is a no.
   *
   * @param client who asks, the same for each of its questions.
   * @throws {FleetCacheError} when nobody is asked now; its message says why.
   */
  async ask(question: Question, client: object, signal: AbortSignal): Promise<boolean> {
    this.requireRoom(client);
    if (signal.aborted) {
      return false;
    }
    const timeUp = new AbortController();
    const timer = this.clock.setTimeout(() => timeUp.abort(), PATIENCE_MS);
    const isOver = AbortSignal.any([signal, timeUp.signal]);
    try {
      return await new Promise<boolean>((resolve) => {
        const waiting: WaitingQuestion = { question, client, answer: resolve, isOver: false };
        isOver.addEventListener('abort', () => this.giveUp(waiting), { once: true });
        this.line.push(waiting);
        if (this.line.length === 1) {
          void this.showFirst(waiting);
        }
      });
    } finally {
      timer.dispose();
    }
  }

  private requireRoom(client: object): void {
    const pauseMs = this.pauseEnd - this.clock.monotonic();
    if (pauseMs > 0) {
      throw new FleetCacheError(
        `The person has just refused something, and is asked nothing for another ${Math.ceil(pauseMs / 1_000)} s. Nothing was done; do not ask again unless they want it.`,
      );
    }
    if (this.line.some((waiting) => waiting.client === client)) {
      throw new FleetCacheError(
        'The person has not answered this agent’s former question yet. Nothing was done; ask one thing after the other.',
      );
    }
    if (this.line.length >= MOST_WAITING) {
      throw new FleetCacheError(
        'The person has not answered what other agents have asked yet. Nothing was done; try again later.',
      );
    }
  }

  private giveUp(waiting: WaitingQuestion): void {
    waiting.isOver = true;
    waiting.answer(false);
    const place = this.line.indexOf(waiting);
    if (place > 0) {
      this.line.splice(place, 1);
    }
  }

  private async showFirst(waiting: WaitingQuestion): Promise<void> {
    const hasAgreed = await this.dialog.ask(waiting.question).catch(() => false);
    this.line.shift();
    if (waiting.isOver) {
      if (hasAgreed) {
        this.dialog.tellTooLate();
      }
    } else {
      this.note(hasAgreed);
      waiting.answer(hasAgreed);
    }
    const [next] = this.line;
    if (next !== undefined) {
      void this.showFirst(next);
    }
  }

  private note(hasAgreed: boolean): void {
    if (hasAgreed) {
      this.refusals = 0;
    } else {
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.refusals, LONGEST_PAUSE_MS);
      this.refusals++;
      this.pauseEnd = this.clock.monotonic() + pauseMs;
    }
  }
}
