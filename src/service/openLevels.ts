import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import { inSlices } from '../base/slices';
import type { RawKey } from '../cache/keyBrowser';
import type { KeyRanks } from './keyRanks';
import { KeyTree, type TreeWatcher } from './keyTree';
import { LevelWindow, type WindowEntry } from './levelWindow';

export interface OpenLevelsOptions {
  readonly clock: Clock;
  /** Where keys stand in their level now. */
  ranks(): KeyRanks;
  /** Finds out where some keys of a level stand that {@link ranks} does not know. Never fails. @returns whether it could. */
  findRanks(nodes: readonly number[]): Promise<boolean>;
  /** A level changed. */
  onChange(prefix: RawKey): void;
}

/** How long changes are gathered before they are told, in ms. */
const GATHER_MS = 250;

/** Levels that are followed at a time: those are given up that were asked for least recently. */
const MAX_LEVELS = 500;

/** Keys whose ranks are found out in one step. */
const RANKED_AT_A_TIME = 250;

/** After ranks could not be found out, in ms. */
const RETRY_MS = 5_000;

/** Children that are looked at without letting anything else happen. */
const VISITED_AT_A_TIME = 10_000;

interface OpenLevel {
  window: LevelWindow;
  /** Ends what is done for this window. */
  readonly end: AbortController;
  isWorking: boolean;
  /** Whether keys came since whose rank is not known. */
  hasUnranked: boolean;
  /** When ranks are asked for again that could not be found out. */
  retry: Disposable | undefined;
}

/** The tree of keys, and the levels of it that somebody looks at. */
export class OpenLevels implements TreeWatcher, Disposable {
  readonly tree = new KeyTree(this);
  /** By namespace; what was asked for last comes last. */
  private readonly levels = new Map<number, OpenLevel>();
  private readonly changed = new Set<number>();
  private timer: Disposable | undefined;
  private isDisposed = false;

  constructor(private readonly options: OpenLevelsOptions) {}

  /** The first children of a namespace as they are known now, and whether their order is still being made. */
  look(namespace: number, limit: number): { readonly entries: readonly WindowEntry[]; readonly isSorting: boolean } {
    const level = this.open(namespace, limit);
    if (!level.isWorking && (level.hasUnranked || !level.window.isComplete)) {
      this.work(level);
    }
    const { entries } = level.window;
    return { entries: entries.slice(0, limit), isSorting: level.isWorking };
  }

  /** Nobody looks at it any more. */
  close(namespace: number): void {
    const level = this.levels.get(namespace);
    level?.end.abort();
    level?.retry?.dispose();
    this.levels.delete(namespace);
    this.changed.delete(namespace);
    this.tree.watch(namespace, false);
  }

  /** How many are followed. */
  get count(): number {
    return this.levels.size;
  }

  isOpen(namespace: number): boolean {
    return this.levels.has(namespace);
  }

  /** The ranks are others now. */
  reorder(): void {
    for (const [namespace, { window }] of [...this.levels]) {
      this.close(namespace);
      this.look(namespace, window.limit);
      this.onChange(namespace);
    }
  }

  /** Tells of all levels as if they had changed. */
  touchAll(): void {
    for (const namespace of this.levels.keys()) {
      this.onChange(namespace);
    }
  }

  /** Tells of a level as if it had changed. */
  onChange(namespace: number): void {
    if (this.isDisposed || !this.levels.has(namespace)) {
      return;
    }
    this.changed.add(namespace);
    this.timer ??= this.options.clock.setTimeout(() => this.tell(), GATHER_MS);
  }

  onAppear(namespace: number, child: number): void {
    const level = this.levels.get(namespace);
    level?.window.offer(child);
    if (level !== undefined && this.options.ranks().sort !== 'name') {
      level.hasUnranked = true;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
    for (const namespace of [...this.levels.keys()]) {
      this.close(namespace);
    }
  }

  private open(namespace: number, limit: number): OpenLevel {
    const known = this.levels.get(namespace);
    if (known !== undefined && known.window.limit >= limit) {
      this.levels.delete(namespace);
      this.levels.set(namespace, known);
      return known;
    }
    this.close(namespace);
    const window = new LevelWindow(this.tree, namespace, limit, (node) => this.options.ranks().of(node));
    const level = { window, end: new AbortController(), isWorking: false, hasUnranked: false, retry: undefined };
    this.levels.set(namespace, level);
    this.tree.watch(namespace, true);
    for (const oldest of this.levels.keys()) {
      if (this.levels.size <= MAX_LEVELS) {
        break;
      }
      this.close(oldest);
    }
    return level;
  }

  /** Looks at all children, in parts; a level that is not large is done at once. */
  private work(level: OpenLevel): void {
    level.isWorking = true;
    level.hasUnranked = false;
    const { signal } = level.end;
    const steps = level.window.build();
    const isAtOnce = this.options.ranks().sort === 'name' && isOverSoon(steps);
    if (isAtOnce) {
      level.isWorking = false;
      return;
    }
    void this.workInParts(level, steps, signal).finally(() => {
      level.isWorking = false;
      this.onChange(level.window.namespace);
    });
  }

  private async workInParts(level: OpenLevel, steps: Iterator<void, void>, signal: AbortSignal): Promise<void> {
    const { namespace } = level.window;
    const isRanked = this.options.ranks().sort === 'name' || (await this.rankAll(namespace, signal));
    await inSlices(steps, signal);
    if (!isRanked && !signal.aborted) {
      this.rankLater(level);
    }
  }

  /** Keys whose ranks are not known come last, until they are asked for again. */
  private rankLater(level: OpenLevel): void {
    level.retry ??= this.options.clock.setTimeout(() => {
      level.retry = undefined;
      level.hasUnranked = true;
      this.onChange(level.window.namespace);
    }, RETRY_MS);
  }

  /** @returns whether all that there are could be asked for: after the first that could not, no others are. */
  private async rankAll(namespace: number, signal: AbortSignal): Promise<boolean> {
    const ranks = this.options.ranks();
    let nodes: number[] = [];
    let visited = 0;
    for (let node = this.tree.first(namespace); node !== -1 && !signal.aborted; node = this.tree.next(node)) {
      if (!this.tree.isNamespace(node) && this.tree.isThere(node) && !ranks.isKnown(node)) {
        nodes.push(node);
      }
      if (nodes.length === RANKED_AT_A_TIME) {
        if (!(await this.options.findRanks(nodes))) {
          return false;
        }
        nodes = [];
      }
      visited++;
      if (visited % VISITED_AT_A_TIME === 0) {
        await new Promise(setImmediate);
      }
    }
    return nodes.length === 0 || signal.aborted || (await this.options.findRanks(nodes));
  }

  private tell(): void {
    this.timer = undefined;
    const changed = [...this.changed];
    this.changed.clear();
    for (const namespace of changed) {
      this.options.onChange(this.tree.path(namespace));
    }
  }
}

/** Takes the steps that a level of usual size has. @returns whether those were all. */
function isOverSoon(steps: Iterator<void, void>): boolean {
  for (let step = 0; step < VISITED_AT_A_TIME; step++) {
    if (steps.next().done) {
      return true;
    }
  }
  return false;
}
