import { isIPv4 } from 'node:net';
import type {
  WireGetNetworkInfoResponse,
  WireNetworkConfiguration,
  WireSetNetworkConfigurationRequest,
  WireStatic,
} from '../../braiins/proto/wire/network';
import type { MinerProfile } from '../profile';
import { invalid } from '../refusal';

const HOSTNAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const MAX_DNS_SERVERS = 4;
const LEASE = { netmask: '255.0.0.0', gateway: '127.0.0.1', dns: ['127.0.0.53'] };

/** How a machine is reached, as it says: what is set here changes what it tells, not where it listens. */
export class Network {
  private changed: WireNetworkConfiguration | undefined;

  /** @param address where the machine listens */
  constructor(
    private readonly profile: MinerProfile,
    private readonly address: string,
  ) {}

  get hostname(): string {
    return this.changed?.hostname ?? this.profile.id;
  }

  configuration(): WireNetworkConfiguration {
    return this.changed ?? { dhcp: {}, hostname: this.profile.id };
  }

  /** What the request leaves out stays. */
  configure(request: WireSetNetworkConfigurationRequest): WireNetworkConfiguration {
    const before = this.configuration();
    const hostname = request.hostname ?? this.hostname;
    if (!HOSTNAME.test(hostname)) {
      throw invalid(`hostname "${hostname}" is none: letters, digits and hyphens, 63 at most.`);
    }
    const kept = before.static === undefined ? { dhcp: {} } : { static: before.static };
    const named = request.static === undefined ? { dhcp: {} } : { static: checkedStatic(request.static) };
    const isNamed = request.static !== undefined || request.dhcp !== undefined;
    this.changed = { ...(isNamed ? named : kept), hostname };
    return this.changed;
  }

  info(): WireGetNetworkInfoResponse {
    const fixed = this.configuration().static;
    return {
      name: 'eth0',
      mac_address: this.profile.macAddress,
      hostname: this.hostname,
      protocol: fixed === undefined ? 'NETWORK_PROTOCOL_DHCP' : 'NETWORK_PROTOCOL_STATIC',
      dns_servers: fixed?.dns_servers ?? LEASE.dns,
      networks: [{ address: fixed?.address ?? this.address, netmask: fixed?.netmask ?? LEASE.netmask }],
      default_gateway: fixed?.gateway ?? LEASE.gateway,
    };
  }

  reset(): void {
    this.changed = undefined;
  }
}

function checkedStatic({ address = '', netmask = '', gateway = '', dns_servers = [] }: WireStatic): WireStatic {
  if (dns_servers.length > MAX_DNS_SERVERS) {
    throw invalid(`dns_servers has ${dns_servers.length} addresses; ${MAX_DNS_SERVERS} are the most.`);
  }
  for (const [what, text] of Object.entries({ address, netmask, gateway })) {
    checkAddress(what, text);
  }
  for (const server of dns_servers) {
    checkAddress('dns_servers', server);
  }
  if (!isMask(netmask)) {
    throw invalid(`netmask "${netmask}" is none.`);
  }
  return { address, netmask, gateway, dns_servers };
}

function checkAddress(what: string, text: string): void {
  if (!isIPv4(text)) {
    throw invalid(`${what} "${text}" is no IPv4 address.`);
  }
}

/** Ones, then zeros. */
function isMask(netmask: string): boolean {
  const bits = netmask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1+0*$/.test(bits);
}
