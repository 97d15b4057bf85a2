import * as tls from 'node:tls';

interface AuthorityLists {
  getCACertificates?(list: 'default' | 'system'): string[];
}

/**
 * PEM of the authorities that the runtime and the operating system trust. `undefined` where the runtime cannot tell them
 * (before Node 22.15): grpc-js then takes the runtime's own.
 */
export function trustedAuthorities(runtime: AuthorityLists = tls as AuthorityLists): Buffer | undefined {
  if (runtime.getCACertificates === undefined) {
    return undefined;
  }
  const certificates = [...runtime.getCACertificates('default'), ...runtime.getCACertificates('system')];
  return Buffer.from([...new Set(certificates)].join('\n'));
}
