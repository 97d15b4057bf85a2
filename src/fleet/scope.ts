import type { Miner } from './miner';

/** What a command is about: one machine, one tenant's machines, those with a tag, or all of them. */
export type FleetScope =
  | { readonly type: 'miner'; readonly miner: Miner }
  | { readonly type: 'tenant'; readonly tenant: string }
  | { readonly type: 'tag'; readonly tag: string }
  | { readonly type: 'fleet' };

export function minersInScope(miners: readonly Miner[], scope: FleetScope): readonly Miner[] {
  switch (scope.type) {
    case 'miner':
      return [scope.miner];
    case 'tenant':
      return miners.filter(({ tenant }) => tenant === scope.tenant);
    case 'tag':
      return miners.filter(({ tags }) => tags.includes(scope.tag));
    case 'fleet':
      return miners;
  }
}

/** The scope in words, to stand within a sentence. */
export function describeScope(scope: FleetScope): string {
  switch (scope.type) {
    case 'miner':
      return `miner ${scope.miner.id}`;
    case 'tenant':
      return `tenant ${scope.tenant}`;
    case 'tag':
      return `the miners tagged ${scope.tag}`;
    case 'fleet':
      return 'the whole fleet';
  }
}
