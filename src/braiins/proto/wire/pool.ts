import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty, WireSaveAction, WireTimestamp, WireUint64 } from './units';

export interface WireQuota {
  value?: number;
}

export interface WireFixedShareRatio {
  value?: number;
}

export interface WirePoolStats {
  accepted_shares?: WireUint64;
  rejected_shares?: WireUint64;
  stale_shares?: WireUint64;
  last_difficulty?: WireUint64;
  /** @deprecated in favour of `best_share_str` */
  best_share?: WireUint64;
  generated_work?: WireUint64;
  last_share_time?: WireTimestamp;
  best_share_str?: string;
}

export interface WirePool {
  uid?: string;
  url?: string;
  user?: string;
  enabled?: boolean;
  alive?: boolean;
  active?: boolean;
  stats?: WirePoolStats;
}

export interface WirePoolGroup {
  quota?: WireQuota;
  fixed_share_ratio?: WireFixedShareRatio;
  name?: string;
  pools?: readonly WirePool[];
  uid?: string;
}

export interface WirePoolConfiguration {
  uid?: string;
  url?: string;
  user?: string;
  password?: string;
  enabled?: boolean;
}

export interface WirePoolGroupConfiguration {
  quota?: WireQuota;
  fixed_share_ratio?: WireFixedShareRatio;
  uid?: string;
  name?: string;
  pools?: readonly WirePoolConfiguration[];
}

export interface WireGetPoolGroupsResponse {
  pool_groups?: readonly WirePoolGroup[];
}

/** Of both CreatePoolGroup and UpdatePoolGroup. */
export interface WirePoolGroupRequest {
  save_action?: WireSaveAction;
  group?: WirePoolGroupConfiguration;
}

/** Of both CreatePoolGroup and UpdatePoolGroup. */
export interface WirePoolGroupResponse {
  group?: WirePoolGroupConfiguration;
}

export interface WireRemovePoolGroupRequest {
  save_action?: WireSaveAction;
  uid?: string;
}

export interface WireSetPoolGroupsRequest {
  save_action?: WireSaveAction;
  pool_groups?: readonly WirePoolGroupConfiguration[];
}

export interface WireSetPoolGroupsResponse {
  pool_groups?: readonly WirePoolGroupConfiguration[];
}

export type PoolMethods = {
  readonly GetPoolGroups: MethodDefinition<WireEmpty, WireGetPoolGroupsResponse>;
  readonly CreatePoolGroup: MethodDefinition<WirePoolGroupRequest, WirePoolGroupResponse>;
  readonly UpdatePoolGroup: MethodDefinition<WirePoolGroupRequest, WirePoolGroupResponse>;
  readonly RemovePoolGroup: MethodDefinition<WireRemovePoolGroupRequest, WireEmpty>;
  readonly SetPoolGroups: MethodDefinition<WireSetPoolGroupsRequest, WireSetPoolGroupsResponse>;
};
