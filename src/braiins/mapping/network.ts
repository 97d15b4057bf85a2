import type { NetworkConfig, NetworkInfo, NetworkProtocol } from '../../fleet/minerNetwork';
import type {
  WireGetNetworkInfoResponse,
  WireNetworkConfiguration,
  WireSetNetworkConfigurationRequest,
} from '../proto/wire/network';
import { nameOf } from './enums';
import { checkedText, optional } from './requests';
import { known, list, text } from './values';

const PROTOCOLS = {
  dhcp: 'NETWORK_PROTOCOL_DHCP',
  static: 'NETWORK_PROTOCOL_STATIC',
} as const satisfies Record<NetworkProtocol['type'], string>;

export function toNetworkConfig(wire: WireNetworkConfiguration | undefined): NetworkConfig {
  return known<NetworkConfig>({ protocol: toProtocol(wire), hostname: text(wire?.hostname) });
}

function toProtocol(wire: WireNetworkConfiguration | undefined): NetworkProtocol | undefined {
  if (wire?.static !== undefined) {
    const { address, netmask, gateway, dns_servers } = wire.static;
    return {
      type: 'static',
      address: text(address) ?? '',
      netmask: text(netmask) ?? '',
      gateway: text(gateway) ?? '',
      dnsServers: texts(dns_servers),
    };
  }
  return wire?.dhcp === undefined ? undefined : { type: 'dhcp' };
}

export function toNetworkInfo(wire: WireGetNetworkInfoResponse): NetworkInfo {
  return known<NetworkInfo>({
    name: text(wire.name),
    macAddress: text(wire.mac_address),
    hostname: text(wire.hostname),
    protocol: nameOf(PROTOCOLS, wire.protocol),
    dnsServers: texts(wire.dns_servers),
    networks: list(wire.networks, (network) =>
      known<NetworkInfo['networks'][number]>({ address: text(network.address), netmask: text(network.netmask) }),
    ),
    defaultGateway: text(wire.default_gateway),
  });
}

function texts(wire: readonly string[] | undefined): string[] {
  return list(wire, text).filter((value) => value !== undefined);
}

export function wireNetwork({ protocol, hostname }: NetworkConfig): WireSetNetworkConfigurationRequest {
  return known<WireSetNetworkConfigurationRequest>({
    dhcp: protocol?.type === 'dhcp' ? {} : undefined,
    static:
      protocol?.type === 'static'
        ? {
            address: checkedText('The address', protocol.address),
            netmask: checkedText('The netmask', protocol.netmask),
            gateway: checkedText('The gateway', protocol.gateway),
            dns_servers: protocol.dnsServers.map((server) => checkedText('The address of a DNS server', server)),
          }
        : undefined,
    hostname: optional(hostname, (name) => checkedText('The host name', name)),
  });
}
