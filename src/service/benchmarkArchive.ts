import { Emitter } from '../base/emitter';
import type { BenchmarkReport } from './benchmarkReport';

/** Some 10 kB each. */
const MOST = 20;

/** Where reports are kept, as plain data. */
export interface ReportMemory {
  /** What was set last, by whatever version; anything when there was nothing. */
  get(): unknown;
  set(reports: readonly BenchmarkReport[]): PromiseLike<void>;
}

/** Forgets with the process. */
export function processMemory(): ReportMemory {
  let kept: readonly BenchmarkReport[] = [];
  return {
    get: () => kept,
    async set(reports) {
      kept = reports;
    },
  };
}

/** The benchmarks that were run here, whoever asked for them. The oldest go when there are too many. */
export class BenchmarkArchive {
  private readonly changes = new Emitter<void>();

  readonly onDidChange = this.changes.event;

  constructor(private readonly memory: ReportMemory) {}

  /** The newest first. What another version kept, and this one does not understand, is left out. */
  async all(): Promise<readonly BenchmarkReport[]> {
    // Needed by whoever runs or shows one only.
    const { readReport } = await import('./benchmarkFormat');
    const kept = this.memory.get();
    return (Array.isArray(kept) ? kept : []).flatMap((each) => readReport(each) ?? []);
  }

  async add(report: BenchmarkReport): Promise<void> {
    const others = (await this.all()).filter(({ run }) => run !== report.run);
    await this.memory.set([report, ...others].slice(0, MOST));
    this.changes.fire();
  }

  async find(run: string): Promise<BenchmarkReport | undefined> {
    return (await this.all()).find((report) => report.run === run);
  }

  /** The latest one before `report` that measured as much over the same connection. */
  async before(report: BenchmarkReport): Promise<BenchmarkReport | undefined> {
    return (await this.all()).find(
      ({ run, size, startedAt, connection }) =>
        run !== report.run &&
        startedAt < report.startedAt &&
        size === report.size &&
        connection.name === report.connection.name,
    );
  }
}
