import { createHash } from 'node:crypto';
import type { FleetServices } from '../../service/fleetServices';

const DIGEST_LENGTH = 22;

/** Tells the fleets of two windows apart, and names nothing: whoever asks a listener who it is gets to see it. */
export function fleetDigest({ inventory, connection }: Pick<FleetServices, 'inventory' | 'connection'>): string {
  return createHash('sha256')
    .update(JSON.stringify([inventory.path, connection.address]))
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
}
