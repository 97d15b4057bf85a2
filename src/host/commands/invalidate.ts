import * as vscode from 'vscode';
import { describeScope, type FleetScope } from '../../fleet/scope';
import type { FleetServices } from '../../service/fleetServices';
import type { InvalidationPlan } from '../../service/invalidator';
import type { WarmTask } from '../../service/warmReport';
import { plural } from '../format';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { askPattern } from './patternInput';
import { pickScope, type ScopeItem, scopeOf } from './scopes';
import { askConsent } from './typedConfirmation';
import { runWarming } from './warming';

type ByKey = { readonly type: 'datasets' } | { readonly type: 'pattern' };

const TITLE = 'Invalidate Cache';
const INVALIDATE = 'Invalidate';
const CAUSE = 'command';
const EVERYBODY = 'All windows and servers on this Redis will read them from the miners again.';
const SHOWN_KEYS = 5;

const BY_KEY: readonly ScopeItem<ByKey>[] = [
  {
    label: '$(database) Datasets…',
    description: 'such as the status of all miners',
    choice: { type: 'datasets' },
  },
  {
    label: '$(key) Entries by pattern…',
    description: 'whatever keys match',
    choice: { type: 'pattern' },
  },
];

/**
 * *Invalidate Cache…*: counts what would go, asks, and voids the entries of a miner, a tenant, a tag, the fleet, of datasets, or of a
 * pattern; then offers to fetch them again.
 */
export async function invalidate(parts: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(parts.session);
  // Before anybody is asked anything.
  await services.connection.access.require('invalidate anything');
  const target = scopeOf(node) ?? (await pickScope(services, TITLE, BY_KEY, ' · everything on this Redis'));
  if (target === undefined) {
    return;
  }
  switch (target.type) {
    case 'datasets':
      await invalidateDatasets(parts, services);
      break;
    case 'pattern':
      await invalidatePattern(parts, services);
      break;
    default:
      await invalidateScope(parts, services, target);
  }
}

async function invalidateScope({ log }: CommandParts, services: FleetServices, scope: FleetScope): Promise<void> {
  const name = describeScope(scope);
  const plan = await withProgress(`Counting what is cached of ${name}`, 'miners', (_, signal) =>
    services.invalidator.plan(scope, signal),
  );
  const message = `Invalidate the cache of ${name}?`;
  if (
    !(await askConsent(services.connection, { title: TITLE, message, detail: describePlan(plan), button: INVALIDATE }))
  ) {
    return;
  }
  const { deferred } = await services.invalidator.invalidate(scope, CAUSE);
  if (deferred) {
    showInformation(
      `As soon as Redis can be reached, ${name} will be invalidated. Until then this window reads the miners themselves.`,
    );
    return;
  }
  const what = plan.entries === undefined ? 'all entries' : plural(plan.entries, 'entry', 'entries');
  log.info(`Invalidated ${name}: ${what} of ${plural(plan.miners, 'miner')}.`);
  const done = `Invalidated ${name}: ${what}. The next reads go to the miners.`;
  await offerToWarm(services, log, done, plan.cached);
}

function describePlan({ miners, entries }: InvalidationPlan): string {
  const count =
    entries === undefined
      ? `Redis cannot be reached, so nobody knows how many entries of ${plural(miners, 'miner')} are cached; they will be invalidated when it is back.`
      : `${plural(entries, 'entry is', 'entries are')} cached now, of ${plural(miners, 'miner')}.`;
  return `${count} ${EVERYBODY}`;
}

async function invalidateDatasets(parts: CommandParts, services: FleetServices): Promise<void> {
  const items = services.policyFigures().map(({ dataset, strategy, ttlS }) => {
    return { label: dataset, description: `${strategy} · TTL ${ttlS} s`, dataset };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: `${TITLE}: Datasets`,
    placeHolder: 'What to void of all miners and tenants',
    canPickMany: true,
  });
  if (picked === undefined || picked.length === 0) {
    return;
  }
  const patterns = picked.map(({ dataset }) => services.patternInvalidator.patternOf(dataset));
  const name = picked.map(({ label }) => label).join(', ');
  const counted = await withProgress(`Counting the entries of ${name}`, 'keys looked at', (onProgress, signal) =>
    services.patternInvalidator.count(patterns, { signal, onProgress }),
  );
  if (counted.cancelled) {
    return;
  }
  if (counted.matched === 0) {
    showInformation(`Nothing of ${name} is cached.`);
    return;
  }
  await removeMatching(parts, services, { name: `the entries of ${name}`, patterns, ...counted });
}

async function invalidatePattern(parts: CommandParts, services: FleetServices): Promise<void> {
  const counted = await askPattern({
    title: `${TITLE}: Entries by Pattern`,
    value: services.patternInvalidator.patternOf('miner:status'),
    verb: INVALIDATE,
    noun: ['entry', 'entries'],
    count: (pattern, options) => services.patternInvalidator.count([pattern], options),
  });
  if (counted !== undefined) {
    const { pattern } = counted;
    await removeMatching(parts, services, { name: `what matches ${pattern}`, patterns: [pattern], ...counted });
  }
}

interface Matching {
  /** As it stands within a sentence. */
  readonly name: string;
  readonly patterns: readonly string[];
  readonly matched: number;
  readonly sample: readonly string[];
}

async function removeMatching(
  { log }: CommandParts,
  services: FleetServices,
  { name, patterns, matched, sample }: Matching,
): Promise<void> {
  const shown = sample.slice(0, SHOWN_KEYS).join(', ');
  const detail = `${plural(matched, 'entry', 'entries')}, such as ${shown}. ${EVERYBODY}`;
  const message = `Invalidate ${name}?`;
  if (!(await askConsent(services.connection, { title: TITLE, message, detail, button: INVALIDATE }))) {
    return;
  }
  const report = await withProgress(`Invalidating ${name}`, 'keys looked at', (onProgress, signal) =>
    services.patternInvalidator.invalidate(patterns, CAUSE, { signal, onProgress }),
  );
  const what = plural(report.removed, 'entry', 'entries');
  const done = report.cancelled
    ? `Cancelled: ${what} of ${name} had been invalidated by then.`
    : `Invalidated ${name}: ${what}. The next reads go to the miners.`;
  log.info(done);
  await offerToWarm(services, log, done, report.known);
}

/** Says what was done, with what undoes it as far as it can be undone. */
async function offerToWarm(
  services: FleetServices,
  log: vscode.LogOutputChannel,
  done: string,
  tasks: readonly WarmTask[],
): Promise<void> {
  if (tasks.length === 0) {
    showInformation(done);
    return;
  }
  const warm = 'Warm What Was Invalidated';
  if ((await vscode.window.showInformationMessage(plainText(done), warm)) === warm) {
    await runWarming(services, log, 'what was invalidated', (options) => services.warmer.warmEach(tasks, options));
  }
}
