import type { Memento } from 'vscode';
import type { BenchmarkReport } from '../../service/benchmarkReport';

const KEY = 'benchmarks';
/** Some 10 kB each. */
const MOST = 20;

/** The benchmarks that were run on this machine, in whatever window. The oldest go when there are too many. */
export class BenchmarkArchive {
  constructor(private readonly state: Memento) {}

  /** The newest first. What another version kept, and this one does not understand, is left out. */
  async all(): Promise<readonly BenchmarkReport[]> {
    // Needed by whoever runs or shows one only.
    const { readReport } = await import('../../service/benchmarkFormat');
    const kept = this.state.get<unknown>(KEY);
    return (Array.isArray(kept) ? kept : []).flatMap((each) => readReport(each) ?? []);
  }

  async add(report: BenchmarkReport): Promise<void> {
    const others = (await this.all()).filter(({ run }) => run !== report.run);
    await this.state.update(KEY, [report, ...others].slice(0, MOST));
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
