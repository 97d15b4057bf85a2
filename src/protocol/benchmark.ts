/** What the page of a benchmark's report and its host say to each other. All texts are ready to be shown, as text. */

export type BenchmarkUnit = 'ms' | '/s' | 'fetches';

export type BenchmarkVerdict = 'better' | 'worse' | 'noise' | 'unknown';

/** One figure. */
export interface BenchmarkRow {
  readonly label: string;
  readonly median: string;
  /** How far its repeats are apart. */
  readonly noise: string;
  /** Each repeat, in their order. */
  readonly repeats: readonly string[];
  /** Absent when it is compared with nothing. */
  readonly compared?: { readonly earlier: string; readonly change: string; readonly verdict: BenchmarkVerdict };
}

export interface BenchmarkSection {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly notes: readonly string[];
  /** Empty when it could not be measured; the notes say why. */
  readonly rows: readonly BenchmarkRow[];
}

/** A bar for each group; `null` where there is nothing. */
export interface BenchmarkBars {
  readonly label: string;
  readonly colour: 'l1' | 'l2' | 'miss' | 'stale' | 'bypass';
  readonly medians: readonly (number | null)[];
  readonly least: readonly (number | null)[];
  readonly greatest: readonly (number | null)[];
  /** Medians of the run that it is compared with. */
  readonly earlier?: readonly (number | null)[];
}

export interface BenchmarkChart {
  readonly id: string;
  readonly title: string;
  readonly unit: BenchmarkUnit;
  readonly isLogarithmic: boolean;
  readonly groups: readonly string[];
  readonly bars: readonly BenchmarkBars[];
}

/** How one figure went over the repeats, each as a share of the median of all. */
export interface BenchmarkLine {
  readonly label: string;
  readonly colour: BenchmarkBars['colour'];
  readonly shares: readonly number[];
}

export interface BenchmarkView {
  readonly run: string;
  readonly comparedWith?: string;
  readonly title: string;
  readonly subtitle: string;
  readonly summary: readonly string[];
  readonly notes: readonly string[];
  /** What it is compared with, and what was different beside the figures. */
  readonly comparison?: { readonly title: string; readonly conditions: readonly string[] };
  readonly charts: readonly BenchmarkChart[];
  readonly noise: readonly BenchmarkLine[];
  readonly sections: readonly BenchmarkSection[];
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export type BenchmarkHostMessage =
  | { readonly type: 'view'; readonly view: BenchmarkView }
  /** There is nothing to show. */
  | { readonly type: 'empty'; readonly reason: string };

export const BENCHMARK_REQUESTS = ['runAgain', 'compare', 'stopComparing', 'exportMarkdown', 'exportJson'] as const;

export type BenchmarkRequest = (typeof BENCHMARK_REQUESTS)[number];

export type BenchmarkPageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'request'; readonly request: BenchmarkRequest };

/** What VS Code keeps for the page while the window is reloaded. */
export interface BenchmarkPageState {
  readonly run: string;
  readonly comparedWith?: string;
}
