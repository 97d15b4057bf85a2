import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/lifecycle';

/**
 * VS Code draws what a view tells at once, and what follows when 200 ms have passed in which the view told nothing. A view that
 * tells something more often than that is not drawn at all until it ends.
 */
const SPACING_MS = 300;

/** Where updates go. */
export interface UpdateTarget<T> {
  /** @param nodes whose rows are drawn anew; `undefined` for all. */
  draw(nodes: T[] | undefined): void;
  say(message: string): void;
}

/** Hands on what changed in a tree view, its rows and the message above them, with pauses in which VS Code draws it. */
export class SpacedUpdates<T> implements Disposable {
  private readonly nodes = new Set<T>();
  private isAllChanged = false;
  private message: string | undefined;
  private said = '';
  private pause: Disposable | undefined;
  private isDisposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly target: UpdateTarget<T>,
  ) {}

  /** @param nodes whose rows changed; `undefined`: all may have. */
  change(nodes: T | readonly T[] | undefined): void {
    if (nodes === undefined) {
      this.isAllChanged = true;
    } else {
      for (const node of isMany(nodes) ? nodes : [nodes]) {
        this.nodes.add(node);
      }
    }
    this.handOn();
  }

  /** @param message what stands above the rows from now on. */
  say(message: string): void {
    this.message = message;
    this.handOn();
  }

  dispose(): void {
    this.isDisposed = true;
    this.pause?.dispose();
  }

  private handOn(): void {
    if (this.pause !== undefined || this.isDisposed || !this.handOnNow()) {
      return;
    }
    this.pause = this.clock.setTimeout(() => {
      this.pause = undefined;
      this.handOn();
    }, SPACING_MS);
  }

  /** @returns whether there was anything. */
  private handOnNow(): boolean {
    const { nodes, isAllChanged, message } = this;
    const isDrawn = isAllChanged || nodes.size > 0;
    const isSaid = message !== undefined && message !== this.said;
    const drawn = isAllChanged ? undefined : [...nodes];
    this.isAllChanged = false;
    nodes.clear();
    this.message = undefined;
    // What is told second is drawn later: rows are what people wait for.
    if (isDrawn) {
      this.target.draw(drawn);
    }
    if (isSaid) {
      this.said = message;
      this.target.say(message);
    }
    return isDrawn || isSaid;
  }
}

function isMany<T>(nodes: T | readonly T[]): nodes is readonly T[] {
  return Array.isArray(nodes);
}
