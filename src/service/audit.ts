import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';

/** What an agent did, or tried to. */
export interface AuditEntry {
  /** In ms since the epoch. */
  readonly at: number;
  /** The program that the agent works in, as it names itself. */
  readonly client: string;
  readonly tool: string;
  /** The arguments, in short; never with secrets. */
  readonly what: string;
  /** `refused`: by a person, by the connection, or because nobody could be asked. */
  readonly outcome: 'done' | 'refused' | 'failed' | 'cancelled';
  /** What came of it, or why it did not, in one line. */
  readonly result: string;
}

const KEPT = 200;

/** Keeps what agents did on this instance, for people; all of it also stands in the log. */
export class AuditLog implements Disposable {
  private readonly entries: AuditEntry[] = [];
  private readonly additions: Emitter<AuditEntry>;

  readonly onDidAdd: Event<AuditEntry>;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.additions = new Emitter((error) => logger.error(`A listener to the audit failed: ${describeError(error)}`));
    this.onDidAdd = this.additions.event;
  }

  /** The latest 200, the oldest of them first. */
  get latest(): readonly AuditEntry[] {
    return [...this.entries];
  }

  add(entry: Omit<AuditEntry, 'at'>): void {
    const { client, tool, what, outcome, result } = entry;
    this.logger.info(`Audit: ${client} called ${tool} ${what}: ${outcome}: ${result}`);
    const kept = { at: this.clock.now(), ...entry };
    this.entries.push(kept);
    if (this.entries.length > KEPT) {
      this.entries.shift();
    }
    this.additions.fire(kept);
  }

  dispose(): void {
    this.additions.dispose();
  }
}
