import * as vscode from 'vscode';
import { describeScope } from '../../fleet/scope';
import type { InvalidationPlan } from '../../service/invalidator';
import { plural } from '../format';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickScope, scopeOf } from './scopes';

const INVALIDATE = 'Invalidate';

/** *Invalidate Cache…*: counts what would go, asks, and voids the entries of a miner, a tenant or the fleet. */
export async function invalidate({ session, log }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? (await pickScope(services, 'Invalidate Cache'));
  if (scope === undefined) {
    return;
  }
  const name = describeScope(scope);
  const plan = await withProgress(`Counting what is cached of ${name}`, 'miners', (_, signal) =>
    services.invalidator.plan(scope, signal),
  );
  if (!(await confirm(plan))) {
    return;
  }
  const { deferred } = await services.invalidator.invalidate(scope, 'command');
  if (deferred) {
    showInformation(
      `As soon as Redis can be reached, ${name} will be invalidated. Until then this window reads the miners themselves.`,
    );
    return;
  }
  const what = plan.entries === undefined ? 'all entries' : plural(plan.entries, 'entry', 'entries');
  log.info(`Invalidated ${name}: ${what} of ${plural(plan.miners, 'miner')}.`);
  showInformation(`Invalidated ${name}: ${what}. The next reads go to the miners.`);
}

async function confirm({ scope, miners, entries }: InvalidationPlan): Promise<boolean> {
  const count =
    entries === undefined
      ? `Redis cannot be reached, so nobody knows how many entries of ${plural(miners, 'miner')} are cached; they will be invalidated when it is back.`
      : `${plural(entries, 'entry is', 'entries are')} cached now, of ${plural(miners, 'miner')}.`;
  const detail = `${count} All windows and servers on this Redis will read them from the miners again.`;
  const question = `Invalidate the cache of ${describeScope(scope)}?`;
  const choice = await vscode.window.showWarningMessage(plainText(question), { modal: true, detail }, INVALIDATE);
  return choice === INVALIDATE;
}
