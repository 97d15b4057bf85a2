import type { PackageDefinition } from '@grpc/proto-loader';
import { type BraiinsServices, DECODING, type Methods, pickServices } from './load';

/** Everything below proto/ with its descriptors, for whoever serves it; takes a tenth of a second, so keep the result. */
export async function loadPackageDefinition(): Promise<PackageDefinition> {
  const [protoLoader, descriptor] = await Promise.all([
    import('@grpc/proto-loader'),
    import('virtual:proto-descriptor'),
  ]);
  return protoLoader.fromJSON(descriptor.default, { ...DECODING, keepCase: true });
}

/** Picks the miner's services out of a loaded definition. */
export function minerServices(definition: PackageDefinition): BraiinsServices {
  return pickServices((name) => definition[name] as Methods | undefined);
}
