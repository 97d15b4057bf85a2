import type { PoolMethods } from '../../braiins/proto/wire/pool';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';

export function addPool(gate: Gate, pool: PoolMethods, machine: Machine): void {
  const { pools } = machine;
  gate.unary(pool.GetPoolGroups, () => machine.poolGroups());
  gate.unary(pool.CreatePoolGroup, (request) => pools.create(request));
  gate.unary(pool.UpdatePoolGroup, (request) => pools.update(request));
  gate.unary(pool.RemovePoolGroup, (request) => {
    pools.remove(request);
    return {};
  });
  gate.unary(pool.SetPoolGroups, (request) => pools.setAll(request));
}
