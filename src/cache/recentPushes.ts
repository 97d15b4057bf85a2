/** Pushed keys that are remembered one by one; beyond it, all keys count as changed. */
const CAPACITY = 4_096;

/**
 * Which keys were pushed since a moment: a value that was asked for before its key's push, and arrived after it, is not
 * known to hold. Replies and pushes come over different connections, so that this happens:
 *
 * 1. the value is asked for, and read by the server;
 * 2. another instance changes it;
 * 3. the push comes, and finds nothing to drop;
 * 4. the old value comes, and would be kept, with no push to follow.
 */
export class RecentPushes {
  private readonly changedAt = new Map<string, number>();
  private moment = 0;
  /** What was asked for before this moment cannot be vouched for. */
  private floor = 0;

  /** To be remembered before a key is asked for. */
  now(): number {
    return this.moment;
  }

  note(key: string): void {
    this.moment++;
    if (this.changedAt.size >= CAPACITY) {
      this.noteEverything();
    }
    this.changedAt.set(key, this.moment);
  }

  noteEverything(): void {
    this.moment++;
    this.floor = this.moment;
    this.changedAt.clear();
  }

  /** Whether what was asked for at `moment` may be older than the key's last change. */
  hasChangedSince(key: string, moment: number): boolean {
    return moment < this.floor || (this.changedAt.get(key) ?? 0) > moment;
  }
}
