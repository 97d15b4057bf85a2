import * as vscode from 'vscode';
import type { BenchmarkSize } from '../../service/benchmarkReport';
import { COMMANDS } from '../ids';
import { withProgress } from '../progress';
import { type CommandParts, requireServices } from './commandParts';

const SIZES: readonly (vscode.QuickPickItem & { readonly size: BenchmarkSize })[] = [
  {
    size: 'quick',
    label: 'Quick',
    description: 'about 10 seconds',
    detail: 'Enough to see what the cache is worth here.',
  },
  {
    size: 'full',
    label: 'Full',
    description: 'about a minute',
    detail: 'Longer and repeated more often, for figures that are steadier.',
  },
];

/** *Benchmark…*: measures the cache on this machine and Redis, and shows the report. @param chosen what to run, unasked. */
export async function benchmark({ session, benchmarks }: CommandParts, chosen?: unknown): Promise<void> {
  const services = await requireServices(session);
  const size = SIZES.find((each) => each.size === chosen)?.size ?? (await pickSize());
  if (size === undefined) {
    return;
  }
  const report = await withProgress('Benchmark', 'measurements', (onProgress, signal) =>
    services.benchmarks.run(size, { signal, onProgress: ({ done, total, title }) => onProgress(done, total, title) }),
  );
  await benchmarks.panel.show(report);
}

/** *Show Last Benchmark* */
export async function showLastBenchmark({ benchmarks }: CommandParts): Promise<void> {
  const [last] = await benchmarks.archive.all();
  if (last !== undefined) {
    await benchmarks.panel.show(last);
    return;
  }
  const run = 'Run Benchmark…';
  if ((await vscode.window.showInformationMessage('No benchmark was run yet.', run)) === run) {
    await vscode.commands.executeCommand(COMMANDS.benchmark);
  }
}

async function pickSize(): Promise<BenchmarkSize | undefined> {
  const picked = await vscode.window.showQuickPick(SIZES, {
    title: 'Benchmark',
    placeHolder: 'It writes to Redis below v1:bench: only, removes that again, and reads a few miners a few times',
  });
  return picked?.size;
}
