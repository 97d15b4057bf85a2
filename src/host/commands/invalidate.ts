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
      `${name} will be invalidated as soon as Redis can be reached. Until then this window reads the miners themselves.`,
    );
    return;
  }
  log.info(`Invalidated ${name}: ${plural(plan.entries, 'entry', 'entries')} of ${plural(plan.miners, 'miner')}.`);
  showInformation(`Invalidated ${name}: ${plural(plan.entries, 'entry', 'entries')}. The next reads go to the miners.`);
}

async function confirm({ scope, miners, entries }: InvalidationPlan): Promise<boolean> {
  const detail = `${plural(entries, 'entry is', 'entries are')} cached now, of ${plural(miners, 'miner')}. All windows and servers on this Redis will read them from the miners again.`;
  const question = `Invalidate the cache of ${describeScope(scope)}?`;
  const choice = await vscode.window.showWarningMessage(plainText(question), { modal: true, detail }, INVALIDATE);
  return choice === INVALIDATE;
}
