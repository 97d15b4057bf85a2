import type * as Grpc from '@grpc/grpc-js';
import type { AuthenticationMethods } from '../../braiins/proto/wire/authentication';
import { type Gate, tokenMetadata } from '../gate';
import { Refusal } from '../refusal';
import type { Sessions } from '../sessions';

export function addAuthentication(
  gate: Gate,
  grpc: typeof Grpc,
  authentication: AuthenticationMethods,
  sessions: Sessions,
): void {
  gate.unary(authentication.Login, ({ username = '', password = '' }, call) => {
    const token = sessions.login(username, password);
    if (token === undefined) {
      throw new Refusal(grpc.status.UNAUTHENTICATED, 'The user name or the password is wrong.');
    }
    call.sendMetadata(tokenMetadata(grpc, token));
    return { token, timeout_s: sessions.timeoutS };
  });
  gate.unary(authentication.SetPassword, ({ password = '' }) => {
    sessions.setPassword(password);
    return {};
  });
}
