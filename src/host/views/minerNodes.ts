import type { Inspection } from '../../cache/inspector';
import type { Miner } from '../../fleet/miner';
import type { MinerKind } from '../../fleet/minerData';

/** What the Miners tree shows. Nodes keep their identity as long as they are listed, so that a change updates one row. */
export type MinersNode = TenantNode | MinerNode | EntryNode | NoteNode | MoreNode;

export interface TenantNode {
  readonly type: 'tenant';
  readonly tenant: string;
}

export interface MinerNode {
  readonly type: 'miner';
  miner: Miner;
}

/** One dataset of a miner, cached or not. */
export interface EntryNode {
  readonly type: 'entry';
  readonly parent: MinerNode;
  readonly kind: MinerKind;
  inspection: Inspection;
}

/** A line of text in place of entries. */
export interface NoteNode {
  readonly type: 'note';
  readonly parent: MinerNode;
  readonly text: string;
}

/** Stands for the siblings that are not listed. */
export interface MoreNode {
  readonly type: 'more';
  readonly parent: TenantNode;
  readonly hidden: number;
}
