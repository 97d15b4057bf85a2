import * as vscode from 'vscode';
import type { Miner } from '../../fleet/miner';
import type { FleetServices } from '../../service/fleetServices';
import type { TestEventKind, TestEventReport } from '../../service/testEvents';
import { plural } from '../format';
import { plainText } from '../messages';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickMiner, scopeOf } from './scopes';
import { askConsent } from './typedConfirmation';

const TITLE = 'Publish Test Event';

const KINDS: readonly (vscode.QuickPickItem & { readonly event: TestEventKind })[] = [
  {
    label: 'Status',
    detail: 'As when the miner told another state; voids its status, stats, errors and cooling',
    event: 'status',
  },
  {
    label: 'Configuration',
    detail: 'As when the miner was changed; voids its configuration and pools',
    event: 'config',
  },
];

/** *Publish Test Event…*: sends a message that says it is a test, and tells who could hear it. */
export async function publishTestEvent(parts: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(parts.session);
  // Before anybody is asked anything.
  await services.connection.access.require('publish a test event');
  const scope = scopeOf(node);
  const miner =
    scope?.type === 'miner'
      ? scope.miner
      : await pickMiner(services, TITLE, 'The miner that the event is about; it is not asked anything');
  const picked =
    miner && (await vscode.window.showQuickPick(KINDS, { title: `${TITLE}: ${miner.id}`, placeHolder: 'About what' }));
  if (miner === undefined || picked === undefined || !(await isMeant(services, miner))) {
    return;
  }
  const message = describe(miner, await services.testEvents.publish(miner, picked.event));
  parts.log.info(message);
  const open = 'Open Dashboard';
  if ((await vscode.window.showInformationMessage(plainText(message), open)) === open) {
    parts.dashboard.open();
  }
}

async function isMeant({ connection }: FleetServices, miner: Miner): Promise<boolean> {
  return (
    connection.environment !== 'production' ||
    askConsent(connection, {
      title: TITLE,
      message: `Publish a test event about ${miner.id}?`,
      detail: 'Everybody on this Redis hears it, and a few entries of the miner are voided.',
      button: 'Publish',
    })
  );
}

function describe(miner: Miner, { channel, listeners, instances }: TestEventReport): string {
  const heard = listeners === 0 ? 'nobody subscribes' : `${plural(listeners, 'subscriber')} got it`;
  return `Published a test event about ${miner.id}: of ${channel} ${heard}; ${plural(instances, 'window or server', 'windows and servers')} of Fleet Cache on this Redis can show it.`;
}
