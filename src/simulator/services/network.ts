import type { NetworkMethods } from '../../braiins/proto/wire/network';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addNetwork(gate: Gate, methods: NetworkMethods, { network }: Machine): void {
  gate.unary(methods.GetNetworkConfiguration, () => ({ network: network.configuration() }));
  gate.unary(methods.SetNetworkConfiguration, (request) => ({ network: network.configure(request) }));
  gate.unary(methods.GetNetworkInfo, () => network.info());
}
