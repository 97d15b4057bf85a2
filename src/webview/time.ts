/** The host's time, as the page knows it: the host may be another machine, whose clock is another one. */
export class HostClock {
  private offsetMs = 0;

  constructor(private readonly ownNow: () => number = Date.now) {}

  /** The host said what time it is; `undefined` when it did not, and then its clock is taken for ours. */
  hear(sentAt: number | undefined): void {
    if (sentAt !== undefined) {
      this.offsetMs = sentAt - this.ownNow();
    }
  }

  now(): number {
    return this.ownNow() + this.offsetMs;
  }
}
