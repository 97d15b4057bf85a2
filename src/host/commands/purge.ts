import { plural } from '../format';
import { showInformation } from '../messages';
import { withProgress } from '../progress';
import { type CommandParts, requireServices } from './commandParts';
import { askPattern } from './patternInput';
import { askConsent } from './typedConfirmation';

const TITLE = 'Purge Keys by Pattern';
const SHOWN_KEYS = 5;

/** *Purge Keys by Pattern…*: counts and shows what matches, asks, and removes it from Redis. */
export async function purgeKeys({ session, log }: CommandParts): Promise<void> {
  const services = await requireServices(session);
  const { connection, keyPurge } = services;
  // Before anybody is asked anything.
  await connection.access.require('purge keys');
  const counted = await askPattern({
    title: TITLE,
    value: 'v1:cache:*',
    verb: 'Purge',
    noun: ['key', 'keys'],
    count: (pattern, options) => keyPurge.preview(pattern, options),
  });
  if (counted === undefined) {
    return;
  }
  const { pattern, matched, sample } = counted;
  const what = `${plural(matched, 'key')} that match ${pattern}`;
  const detail = `They are removed from Redis at ${connection.address}, such as ${sample.slice(0, SHOWN_KEYS).join(', ')}. This cannot be undone; reads fetch again what they need.`;
  if (!(await askConsent(connection, { title: TITLE, message: `Purge ${what}?`, detail, button: 'Purge' }))) {
    return;
  }
  const { removed, cancelled } = await withProgress(`Purging ${pattern}`, 'keys looked at', (onProgress, signal) =>
    keyPurge.purge(pattern, { signal, onProgress }),
  );
  const done = cancelled
    ? `Cancelled: ${plural(removed, 'key')} that matched ${pattern} had been purged by then.`
    : `Purged ${plural(removed, 'key')} that matched ${pattern}.`;
  log.info(done);
  showInformation(done);
}
