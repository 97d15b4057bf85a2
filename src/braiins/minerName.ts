import { type Miner, minerAddress } from '../fleet/miner';

/** `north-0007 at 127.10.0.7:50051` */
export function minerName(miner: Miner): string {
  return `${miner.id} at ${minerAddress(miner)}`;
}
