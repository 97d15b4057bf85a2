import { type Connection, suggestedName } from '../connections/savedConnections';
import { showInformation } from '../messages';
import type { CommandParts } from './commandParts';
import { askEnvironment } from './connectionQuestions';
import { chosen } from './connections';
import { askConsent } from './typedConfirmation';

type Change = Partial<Pick<Connection, 'environment' | 'readOnly'>>;

/** *Label Connection…*: what the Redis is for. */
export async function labelConnection(parts: CommandParts, row?: Connection): Promise<void> {
  const title = 'Label Connection';
  const connection = await chosen(parts, title, row);
  const label = connection && (await askEnvironment(title, connection.environment));
  if (connection === undefined || label === undefined || label.environment === connection.environment) {
    return;
  }
  if (connection.environment === 'production') {
    const message = `Take the label production off "${connection.name}"?`;
    const detail = 'What cannot be undone asks no more for its name, and it may not be read-only any more.';
    if (!(await askConsent(connection, { title, message, detail, button: 'Take It Off' }))) {
      return;
    }
  }
  await change(parts, connection, { environment: label.environment });
}

/** *Make Connection Read-Only*: nothing can be changed by hand over it. */
export async function makeReadOnly(parts: CommandParts, row?: Connection): Promise<void> {
  const connection = await chosen(parts, 'Make Connection Read-Only', row);
  if (connection !== undefined) {
    await change(parts, connection, { readOnly: true });
    showInformation(`"${connection.name}" is read-only. The cache itself goes on: reads fill it.`);
  }
}

/** *Allow Writing…*: with consent; on production the name is typed. */
export async function allowWriting(parts: CommandParts, row?: Connection): Promise<void> {
  const title = 'Allow Writing';
  const connection = await chosen(parts, title, row);
  if (connection === undefined) {
    return;
  }
  if (connection.readOnly === false) {
    showInformation(`Writing over "${connection.name}" is allowed already.`);
    return;
  }
  const message = `Allow to change what is behind "${connection.name}" by hand?`;
  const detail = 'Whoever works here can then invalidate, purge, edit and delete keys, and control miners over it.';
  if (await askConsent(connection, { title, message, detail, button: 'Allow Writing' })) {
    await change(parts, connection, { readOnly: false });
  }
}

/** One that had no place in the list gets one, under a name of its own. */
async function change({ connections }: CommandParts, connection: Connection, what: Change): Promise<void> {
  const name = connection.isDefault ? suggestedName(connection.url, connections.all) : connection.name;
  await connections.save({ ...connection, ...what, name }, connection.name);
}
