import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireBasesPoints, WireEmpty, WireEnum } from './units';

export type WireLicenseType = WireEnum<'LICENSE_TYPE_UNSPECIFIED' | 'LICENSE_TYPE_STANDARD' | 'LICENSE_TYPE_CUSTOM'>;

export interface WireNoneLicense {
  time_to_restricted?: number;
}

export interface WireValidLicense {
  type?: WireLicenseType;
  contract_name?: string;
  time_to_restricted?: number;
  dev_fee?: WireBasesPoints;
}

export interface WireExpiredLicense {
  type?: WireLicenseType;
  contract_name?: string;
  dev_fee?: WireBasesPoints;
}

export interface WireGetLicenseStateResponse {
  none?: WireNoneLicense;
  limited?: WireEmpty;
  valid?: WireValidLicense;
  expired?: WireExpiredLicense;
}

export interface WireApplyContractKeyRequest {
  contract_key?: string;
}

export interface WireApplyContractKeyResponse {
  successful?: boolean;
}

export type LicenseMethods = {
  readonly GetLicenseState: MethodDefinition<WireEmpty, WireGetLicenseStateResponse>;
  readonly ApplyContractKey: MethodDefinition<WireApplyContractKeyRequest, WireApplyContractKeyResponse>;
};
