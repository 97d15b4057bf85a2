import type { Clock } from '../base/clock';

/** How long a refusal stands, in ms: somebody may have granted the command. */
const STANDS_MS = 30_000;

/** Commands that the login may not use. They are not asked again for a while, and what they tell is left out. */
export class DeniedCommands {
  private readonly until = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  get names(): readonly string[] {
    const now = this.clock.monotonic();
    return [...this.until].filter(([, end]) => end > now).map(([name]) => name);
  }

  has(name: string): boolean {
    return (this.until.get(name) ?? Number.NEGATIVE_INFINITY) > this.clock.monotonic();
  }

  /** @param error the server's answer to the command: whether the login may not use it for any key. */
  note(name: string, error: unknown): boolean {
    const isDenied = isDeniedCommand(error);
    if (isDenied) {
      this.until.set(name, this.clock.monotonic() + STANDS_MS);
    }
    return isDenied;
  }
}

/** Whether it is the command that the login may not use, and not the key. */
export function isDeniedCommand(error: unknown): boolean {
  return error instanceof Error && /^NOPERM .*permissions to run the/.test(error.message);
}
