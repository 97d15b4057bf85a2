/** Where a miner has its address from. */
export type NetworkProtocol =
  | { readonly type: 'dhcp' }
  | {
      readonly type: 'static';
      readonly address: string;
      readonly netmask: string;
      readonly gateway: string;
      readonly dnsServers: readonly string[];
    };

/** How a miner's network is configured. */
export interface NetworkConfig {
  readonly protocol?: NetworkProtocol;
  readonly hostname?: string;
}

/** The network of a miner as it is in force. */
export interface NetworkInfo {
  /** Of the interface. */
  readonly name?: string;
  readonly macAddress?: string;
  readonly hostname?: string;
  readonly protocol?: NetworkProtocol['type'];
  readonly dnsServers: readonly string[];
  readonly networks: readonly { readonly address?: string; readonly netmask?: string }[];
  readonly defaultGateway?: string;
}
