import type { WarmReport, WarmTask } from '../service/warmReport';
import { plural } from './format';

const SHOWN_CAUSES = 4;
/** In one line of the log. */
const LISTED_MINERS = 100;

/** What came of warming, in sentences. @param what was warmed, as it stands within a sentence. */
export function describeWarming(what: string, report: WarmReport): string {
  const { total, warmed, fresh, failed, notStored, failures, storeProblem } = report;
  const done = warmed + notStored + fresh + failed;
  const sentences = [
    report.cancelled
      ? `Cancelled after ${done} of ${plural(total, 'entry', 'entries')} of ${what}.`
      : `Warmed ${what}.`,
    `${warmed} fetched, ${fresh} were fresh, ${failed} failed.`,
  ];
  if (failures.length > 0) {
    const shown = failures.slice(0, SHOWN_CAUSES).map(({ cause, tasks }) => `${cause} (${tasks.length})`);
    const others = failures.length - shown.length;
    const more = others === 0 ? '' : `, and ${plural(others, 'other')} that the log names`;
    sentences.push(`Causes: ${shown.join(', ')}${more}.`);
  }
  if (notStored > 0) {
    sentences.push(`${notStored} were fetched but did not reach Redis. ${storeProblem ?? ''}`.trimEnd());
  }
  return sentences.join(' ');
}

/** What failed, for the log: a line for each cause. */
export function describeFailures(what: string, { failures }: WarmReport): readonly string[] {
  return failures.map(
    ({ cause, tasks }) => `Warming ${what}: ${plural(tasks.length, 'read')} failed, ${cause}: ${listed(tasks)}.`,
  );
}

function listed(tasks: readonly WarmTask[]): string {
  const kinds = new Map<string, string[]>();
  for (const { miner, kind } of tasks) {
    kinds.set(miner.id, [...(kinds.get(miner.id) ?? []), kind]);
  }
  const shown = [...kinds].slice(0, LISTED_MINERS).map(([id, ofMiner]) => `${id} (${ofMiner.join(', ')})`);
  const others = kinds.size - shown.length;
  return others === 0 ? shown.join(', ') : `${shown.join(', ')} and ${plural(others, 'more miner')}`;
}
