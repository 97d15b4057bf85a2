import type { ConnectionSecrets } from '../base/connectionSecrets';
import type { BenchmarkReport, BenchmarkSize } from './benchmarkReport';

/** What a benchmark's thread is told when it starts. */
export interface BenchmarkOrder {
  /** A name that no other run has. */
  readonly run: string;
  readonly size: BenchmarkSize;
  /** Version of the product. */
  readonly product: string;
  /** Name of the connection. */
  readonly connection: string;
  readonly redis: {
    readonly url: string;
    readonly secrets: ConnectionSecrets;
    /** In ms. */
    readonly commandTimeoutMs: number;
  };
}

/** How far a benchmark is. */
export interface BenchmarkProgress {
  readonly done: number;
  readonly total: number;
  /** What is measured now. */
  readonly title: string;
}

/** What came of reading some miners directly: what each read took, in ms, or why there is nothing to tell. */
export type DirectReadings =
  | { readonly type: 'read'; readonly latenciesMs: readonly number[]; readonly miners: number }
  /** None answered; this is what reading them took on average before, in ms. */
  | { readonly type: 'recorded'; readonly meanMs: number; readonly reason: string }
  | { readonly type: 'none'; readonly reason: string };

/** What the thread says. */
export type FromBenchmark =
  | ({ readonly type: 'progress' } & BenchmarkProgress)
  /** Only the other side can read miners. Answered by `directReadings`. */
  | { readonly type: 'readDirectly' }
  | { readonly type: 'done'; readonly report: BenchmarkReport }
  | { readonly type: 'cancelled' }
  /** The message is for people. */
  | { readonly type: 'failed'; readonly message: string };

/** What the thread is told. */
export type ToBenchmark =
  | { readonly type: 'cancel' }
  | { readonly type: 'directReadings'; readonly readings: DirectReadings };
