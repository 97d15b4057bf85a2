import type { SecretNeeds } from '../base/connectionSecrets';
import type { ConnectionProfile } from './profile';

/** What of a profile tells whether it leads to production. */
export function profileTraits(profile: ConnectionProfile) {
  return {
    isRemote: hostsOf(profile).some((host) => !isLoopback(host)),
    hasTls: 'tls' in profile && profile.tls !== undefined,
    isCluster: profile.mode === 'cluster',
    hasLogin: profile.username !== undefined || profile.password !== undefined,
  };
}

/** Which secrets a profile could need. Any server may want a password. */
export function secretNeeds(profile: ConnectionProfile): SecretNeeds {
  const key = 'tls' in profile ? profile.tls?.key : undefined;
  return {
    password: true,
    sentinelLogin: profile.mode === 'sentinel',
    keyPassphrase: key !== undefined && /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key),
  };
}

function hostsOf(profile: ConnectionProfile): readonly string[] {
  switch (profile.mode) {
    case 'standalone':
      return [profile.host];
    case 'socket':
      return [];
    case 'sentinel':
      return profile.sentinels.map(({ host }) => host);
    case 'cluster':
      return profile.nodes.map(({ host }) => host);
  }
}

/** Whether a host is this machine, by its name alone: a name that leads here by the resolver's doing counts as another. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name) ||
    /^(?:0*:)+0*1$/.test(name)
  );
}
