import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty, WireEnum } from './units';

export interface WireGetNetworkConfigurationResponse {
  network?: WireNetworkConfiguration;
}

export interface WireSetNetworkConfigurationRequest {
  dhcp?: WireEmpty;
  static?: WireStatic;
  hostname?: string;
}

export interface WireSetNetworkConfigurationResponse {
  network?: WireNetworkConfiguration;
}

export interface WireNetworkConfiguration {
  dhcp?: WireEmpty;
  static?: WireStatic;
  hostname?: string;
}

export interface WireStatic {
  address?: string;
  netmask?: string;
  gateway?: string;
  dns_servers?: readonly string[];
}

export interface WireGetNetworkInfoResponse {
  name?: string;
  mac_address?: string;
  hostname?: string;
  protocol?: WireNetworkProtocol;
  dns_servers?: readonly string[];
  networks?: readonly WireIpNetwork[];
  default_gateway?: string;
}

export type WireNetworkProtocol = WireEnum<
  'NETWORK_PROTOCOL_UNSPECIFIED' | 'NETWORK_PROTOCOL_DHCP' | 'NETWORK_PROTOCOL_STATIC'
>;

export interface WireIpNetwork {
  address?: string;
  netmask?: string;
}

export type NetworkMethods = {
  readonly GetNetworkConfiguration: MethodDefinition<WireEmpty, WireGetNetworkConfigurationResponse>;
  readonly SetNetworkConfiguration: MethodDefinition<
    WireSetNetworkConfigurationRequest,
    WireSetNetworkConfigurationResponse
  >;
  readonly GetNetworkInfo: MethodDefinition<WireEmpty, WireGetNetworkInfoResponse>;
};
