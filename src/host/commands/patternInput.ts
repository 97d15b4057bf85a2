import * as vscode from 'vscode';
import { CancelledError, describeError } from '../../base/errors';
import { DisposableStore, toDisposable } from '../../base/lifecycle';
import type { MatchCount, ScanOptions } from '../../service/patternInvalidator';
import { formatCount, plural } from '../format';

export interface PatternQuestion {
  readonly title: string;
  /** In the box at the beginning. */
  readonly value: string;
  /** What is done to what matches, such as `Invalidate`. */
  readonly verb: string;
  readonly noun: readonly [one: string, several: string];
  /** Changes nothing. @throws {FleetCacheError} when the pattern cannot be used. */
  count(pattern: string, options: ScanOptions): Promise<MatchCount>;
}

/** A pattern, and what it was seen to match. */
export interface CountedPattern {
  readonly pattern: string;
  readonly matched: number;
  readonly sample: readonly string[];
}

/** From the last letter typed to the count, in ms. */
const DEBOUNCE_MS = 300;

/**
 * Asks for a pattern of keys, and shows while it is typed how many keys match and some of them. Counting ends as soon as something
 * else is typed, or the box is left.
 *
 * @returns `undefined` when the person thinks better of it.
 */
export function askPattern(question: PatternQuestion): Promise<CountedPattern | undefined> {
  const box = new PatternBox(question);
  return box.answer.finally(() => box.dispose());
}

class PatternBox {
  private readonly disposables = new DisposableStore();
  private readonly input = this.disposables.add(vscode.window.createQuickPick());
  private counting = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private counted: CountedPattern | undefined;

  readonly answer: Promise<CountedPattern | undefined>;

  constructor(private readonly question: PatternQuestion) {
    const { input } = this;
    const [, several] = question.noun;
    input.title = question.title;
    input.placeholder = `Pattern of the ${several}: * stands for any text, ? for one character`;
    input.value = question.value;
    input.ignoreFocusOut = true;
    this.answer = new Promise((resolve) => {
      this.disposables.add(
        input.onDidAccept(() => {
          if (this.counted !== undefined && this.counted.matched > 0) {
            resolve(this.counted);
          }
        }),
      );
      this.disposables.add(input.onDidHide(() => resolve(undefined)));
    });
    this.disposables.add(input.onDidChangeValue(() => this.countLater(DEBOUNCE_MS)));
    this.disposables.add(toDisposable(() => this.stop()));
    this.countLater(0);
    input.show();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.counting.abort();
  }

  private countLater(delayMs: number): void {
    this.stop();
    this.counted = undefined;
    this.input.busy = true;
    this.show('$(loading~spin) Counting…');
    const counting = new AbortController();
    this.counting = counting;
    this.timer = setTimeout(() => void this.count(this.input.value.trim(), counting.signal), delayMs);
  }

  private async count(pattern: string, signal: AbortSignal): Promise<void> {
    const { verb, noun } = this.question;
    const onProgress = (done: number, total: number) => {
      if (!signal.aborted) {
        this.show('$(loading~spin) Counting…', `${formatCount(done)} of ${plural(total, 'key')} looked at`);
      }
    };
    try {
      const { matched, sample, cancelled } = await this.question.count(pattern, { signal, onProgress });
      if (signal.aborted || cancelled) {
        return;
      }
      this.counted = { pattern, matched, sample };
      const [one, several] = noun;
      this.show(
        matched === 0 ? `$(circle-slash) No ${one} matches` : `$(trash) ${verb} ${plural(matched, one, several)}…`,
        '',
        sample,
      );
    } catch (error) {
      if (signal.aborted || error instanceof CancelledError) {
        return;
      }
      this.show(`$(error) ${shownAsText(describeError(error))}`);
    }
    this.input.busy = false;
  }

  private show(label: string, description = '', sample: readonly string[] = []): void {
    // VS Code puts first whose label looks like what is typed: keys are no labels, or the first row would come last.
    const rows = sample.map((key) => ({ label: '$(key)', description: shownAsText(key), alwaysShow: true }));
    this.input.items = [{ label, description, alwaysShow: true }, ...rows];
  }
}

/** Keys are anybody's: in a label `$(name)` would be an icon. */
function shownAsText(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}
