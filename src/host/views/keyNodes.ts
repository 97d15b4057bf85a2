import type { RawKey } from '../../cache/keyBrowser';
import type { DescribedKey } from '../../service/keyLevels';

/** What the Cache Keys tree shows. Nodes keep their identity as long as they are listed, so that a change updates one row. */
export type KeysNode = NamespaceNode | KeyNode | MoreKeysNode | KeysNoteNode;

/** Keys that begin alike. */
export interface NamespaceNode {
  readonly type: 'namespace';
  parent: NamespaceNode | undefined;
  readonly prefix: RawKey;
  readonly name: string;
  readonly isOwn: boolean;
  /** Keys that were listed below. */
  keys: number;
}

export interface KeyNode {
  readonly type: 'key';
  parent: NamespaceNode | undefined;
  readonly raw: RawKey;
  readonly name: string;
  readonly isOwn: boolean;
  /** What is known of it; `undefined` until it was asked for. */
  known: DescribedKey | undefined;
  /** What its row says, as VS Code was told; `undefined` until it was. */
  painted: string | undefined;
}

/** Stands for the siblings that are not listed. */
export interface MoreKeysNode {
  readonly type: 'more';
  parent: NamespaceNode | undefined;
  hidden: number;
  /** Whether the tree takes more of them. */
  canGrow: boolean;
}

/** A line of text in place of keys. */
export interface KeysNoteNode {
  readonly type: 'note';
  readonly parent: NamespaceNode | undefined;
  readonly text: string;
}

/** What a namespace's keys begin with, for people. */
export function shownPrefix({ parent, name }: NamespaceNode): string {
  return `${parent === undefined ? '' : shownPrefix(parent)}${name}:`;
}
