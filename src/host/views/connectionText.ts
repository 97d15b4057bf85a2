import type { ServiceConnection } from '../../service/serviceConnection';
import type { AccessState } from '../../service/writeAccess';
import type { Connection } from '../connections/savedConnections';
import { redisServer } from '../secrets';

/** What a row says of a connection. */
export interface ConnectionText {
  readonly description: string;
  readonly tooltip: string;
}

/** The connection that is used, for the header of a view: `plant · production · read-only`. */
export function describeActive({ name, environment, access }: ServiceConnection): string {
  return [name, environment, access.state.mode === 'read-only' ? 'read-only' : undefined]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** @param access of the connection, if it is the one that is used. */
export function connectionText(
  connection: Connection,
  isActive: boolean,
  access: AccessState | undefined,
): ConnectionText {
  const { name, url, environment } = connection;
  const writing = describeAccess(connection, access);
  const address = redisServer(url) ?? 'not a URL';
  return {
    description: [isActive ? 'active' : undefined, environment, writing.short, address]
      .filter((part) => part !== undefined)
      .join(' · '),
    tooltip: [
      `${name}${isActive ? ' (used in this workspace)' : ''}`,
      `Address: ${address}`,
      ...kindOf(url),
      `Label: ${environment ?? 'none'}`,
      writing.long,
      ...(connection.isDefault ? ['From the setting fleetCache.redis.url.'] : []),
    ].join('\n'),
  };
}

/** What the address alone does not tell. */
function kindOf(url: string): readonly string[] {
  const [, tls, mode] = /^redis(s?)(?:\+(sentinel|cluster))?:/.exec(url) ?? [];
  const kinds = [mode === 'sentinel' ? 'by Sentinel' : mode === 'cluster' ? 'Cluster' : '', tls === 's' ? 'TLS' : ''];
  const known = kinds.filter((kind) => kind !== '');
  return known.length === 0 ? [] : [`Kind: ${known.join(', ')}`];
}

function describeAccess({ readOnly, environment }: Connection, access: AccessState | undefined) {
  if (access?.mode === 'read-only') {
    return { short: 'read-only', long: `Read-only, because ${access.why}.` };
  }
  if (access?.mode === 'read-write' || readOnly === false) {
    return { short: undefined, long: 'Writing is allowed.' };
  }
  if (readOnly === true || environment === 'production') {
    return {
      short: 'read-only',
      long: `Read-only, because ${readOnly ? 'it was made so' : 'it is labelled production'}.`,
    };
  }
  return { short: undefined, long: 'Read-only if it looks like production once it is used.' };
}
