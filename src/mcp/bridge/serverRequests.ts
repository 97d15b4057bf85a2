import {
  CancelledNotificationParamsSchema,
  isJSONRPCRequest,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCResultResponse,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Upstream } from './upstream';

/** What a server asked, and under which id. */
interface ServerRequest {
  readonly upstream: Upstream;
  readonly id: RequestId;
}

/** A server asks a person a few things at once at most. */
const MOST_REQUESTS = 64;

/**
 * What servers ask the client, such as for a person's consent. Each session counts its requests anew, so the client gets ids of the
 * bridge's own: an answer to a session that is gone must not be taken for one to the session that is there.
 */
export class ServerRequests {
  private readonly byId = new Map<RequestId, ServerRequest>();
  private count = 0;

  /** @param tell sends to the client. */
  constructor(private readonly tell: (message: JSONRPCMessage) => void) {}

  /** The form in which a server's message goes to the client; `undefined` for what goes to nobody. */
  passBack(message: JSONRPCMessage, upstream: Upstream): JSONRPCMessage | undefined {
    if (isJSONRPCRequest(message)) {
      if (this.byId.size >= MOST_REQUESTS) {
        const error = { code: -32_000, message: 'The client is asked too much at once.' };
        void upstream.tell({ jsonrpc: '2.0', id: message.id, error });
        return undefined;
      }
      const id = `fleet-cache:${this.count++}`;
      this.byId.set(id, { upstream, id: message.id });
      return { ...message, id };
    }
    if ('method' in message && message.method === 'notifications/cancelled') {
      const { data } = CancelledNotificationParamsSchema.safeParse(message.params);
      const [id] = this.of(upstream).find(([, request]) => request.id === data?.requestId) ?? [];
      if (id === undefined) {
        return undefined;
      }
      this.byId.delete(id);
      return { ...message, params: { ...message.params, requestId: id } };
    }
    return message;
  }

  /** Passes the client's answer to the session that asked. */
  answer(message: JSONRPCResultResponse | JSONRPCErrorResponse): void {
    const request = message.id === undefined ? undefined : this.byId.get(message.id);
    if (message.id !== undefined && request !== undefined) {
      this.byId.delete(message.id);
      void request.upstream.tell({ ...message, id: request.id });
    }
  }

  /** Nobody waits for the client's answers to a session that is gone. */
  cancelAll(upstream: Upstream): void {
    for (const [id] of this.of(upstream)) {
      this.byId.delete(id);
      const params = { requestId: id, reason: 'The window of VS Code that asked is gone.' };
      this.tell({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    }
  }

  private of(upstream: Upstream): [RequestId, ServerRequest][] {
    return [...this.byId].filter(([, request]) => request.upstream === upstream);
  }
}
