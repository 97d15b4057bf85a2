import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireEmpty } from './units';

export interface WireLoginRequest {
  username?: string;
  password?: string;
}

export interface WireLoginResponse {
  token?: string;
  timeout_s?: number;
}

export interface WireSetPasswordRequest {
  password?: string;
}

export type AuthenticationMethods = {
  readonly Login: MethodDefinition<WireLoginRequest, WireLoginResponse>;
  readonly SetPassword: MethodDefinition<WireSetPasswordRequest, WireEmpty>;
};
