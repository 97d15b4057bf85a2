import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { Fault } from './faults';

/** What a fault pulls at. */
export interface FaultLevers {
  /** Reject with the system's error. */
  goOnline(): Promise<void>;
  goOffline(): Promise<void>;
  dropConnections(): void;
  cutStreams(): void;
  /** The machine starts anew, as it does when the power comes back. */
  boot(): void;
  /** `Infinity`: for ever. */
  limitTokens(lifetimeMs: number): void;
}

/** How many times as long as a reboot takes a miner stays before the next. */
const STAY = 4;

/** Has one miner suffer from one fault at a time. */
export class FaultDriver implements Disposable {
  private current: Fault | undefined;
  private timer: Disposable | undefined;
  private isRebooting = false;

  constructor(
    private readonly levers: FaultLevers,
    private readonly clock: Clock,
  ) {}

  get fault(): Fault | undefined {
    return this.current;
  }

  /** How long an answer is held back, in ms; `Infinity`: there never is one. */
  get delayMs(): number {
    switch (this.current?.kind) {
      case 'hang':
        return Number.POSITIVE_INFINITY;
      case 'slow':
        return this.current.durationMs;
      default:
        return 0;
    }
  }

  /** Whether connections are taken and never spoken over. */
  get isMute(): boolean {
    return this.current?.kind === 'hangconnect';
  }

  /** Whether answers cannot be read. */
  get isGarbling(): boolean {
    return this.current?.kind === 'wrongtype';
  }

  /**
   * Replaces the fault, `undefined`: by none. What is to be done over and over is done for the first time at once.
   *
   * 1. the miner reboots: it stops to listen, and a timer is to bring it back;
   * 2. the fault is cleared meanwhile: the timer goes, and the miner starts to listen, in the order in which it was told;
   * 3. it boots all the same, because it was away.
   */
  async set(fault: Fault | undefined): Promise<void> {
    this.dispose();
    const wasMute = this.isMute;
    this.current = fault;
    if (this.isMute || wasMute) {
      // What was connected before would not notice, and what is held now would never be spoken over.
      this.levers.dropConnections();
    }
    if (this.isRebooting) {
      this.isRebooting = false;
      this.levers.boot();
    }
    const turned = fault?.kind === 'offline' ? this.levers.goOffline() : this.levers.goOnline();
    this.begin(fault, 0);
    await turned;
  }

  /**
   * Starts a fault of a miner that has none.
   *
   * @param patience part of the fault's duration after which what is done over and over is done for the first time
   */
  begin(fault: Fault | undefined, patience: number): void {
    this.current = fault;
    this.levers.limitTokens(fault?.kind === 'expire' ? fault.durationMs : Number.POSITIVE_INFINITY);
    const turn = fault === undefined ? undefined : this.turnOf(fault);
    if (fault !== undefined && turn !== undefined) {
      this.after(fault.durationMs * patience, turn);
    }
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  /** What the fault does over and over. */
  private turnOf({ kind, durationMs }: Fault): (() => void) | undefined {
    switch (kind) {
      case 'flap':
        return () => this.flap(durationMs / 2, false);
      case 'dropstream':
        return () => this.cutStreams(durationMs);
      case 'reboot':
        return () => this.reboot(durationMs);
      default:
        return undefined;
    }
  }

  private flap(halfMs: number, goesUp: boolean): void {
    this.after(halfMs, () => this.flap(halfMs, !goesUp));
    this.turn(goesUp);
  }

  private cutStreams(periodMs: number): void {
    this.after(periodMs, () => this.cutStreams(periodMs));
    this.levers.cutStreams();
  }

  private reboot(durationMs: number): void {
    this.isRebooting = true;
    this.turn(false);
    this.after(durationMs, () => {
      this.isRebooting = false;
      this.levers.boot();
      this.turn(true);
      this.after(durationMs * STAY, () => this.reboot(durationMs));
    });
  }

  private turn(goesUp: boolean): void {
    // A port that somebody else took meanwhile comes back with the next turn, or the one after.
    (goesUp ? this.levers.goOnline() : this.levers.goOffline()).catch(() => {});
  }

  private after(delayMs: number, action: () => void): void {
    this.timer = this.clock.setTimeout(action, delayMs);
  }
}
