import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { FleetCacheError } from '../../base/errors';
import { pause } from './pause';

/** They stand out from the client's. */
const OWN_IDS = 'fleet-cache-bridge:';
const ANSWER_MS = 10_000;
const ALIVE_MS = 5_000;
/** Before it is looked again; a server that was asked too much is ready again after these. */
const PAUSES_MS = [100, 200, 400, 800];

/** What the bridge asks in a session for itself. */
export class OwnRequests {
  private readonly asked = new Map<RequestId, (message: JSONRPCMessage) => void>();
  private count = 0;
  private isLost = false;
  private looking: Promise<boolean> | undefined;

  /** @param lost resolves to the reason when the session is no more. */
  constructor(
    private readonly send: (request: JSONRPCRequest) => Promise<void>,
    private readonly lost: Promise<string>,
  ) {
    void lost.then(() => {
      this.isLost = true;
    });
  }

  /** The result. @throws {FleetCacheError} */
  async ask(method: string, params: Readonly<Record<string, unknown>>, timeoutMs = ANSWER_MS): Promise<unknown> {
    const id = `${OWN_IDS}${this.count++}`;
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<JSONRPCMessage>((resolve, reject) => {
        this.asked.set(id, resolve);
        const fail = () => reject(new FleetCacheError(`Fleet Cache did not answer ${method} within ${timeoutMs} ms.`));
        timer = setTimeout(fail, timeoutMs);
        this.send({ jsonrpc: '2.0', id, method, params }).catch(reject);
        void this.lost.then((reason) => reject(new FleetCacheError(`The session with Fleet Cache ended: ${reason}`)));
      });
      if (isJSONRPCErrorResponse(answer)) {
        throw new FleetCacheError(answer.error.message);
      }
      return isJSONRPCResultResponse(answer) ? answer.result : undefined;
    } finally {
      clearTimeout(timer);
      this.asked.delete(id);
    }
  }

  /** Takes an answer to one of them. @returns whether it was. */
  take(message: JSONRPCMessage): boolean {
    const resolve = 'id' in message && message.id !== undefined ? this.asked.get(message.id) : undefined;
    resolve?.(message);
    return resolve !== undefined;
  }

  /** Whether the server still knows the session. Asked once for all that want to know. */
  isAlive(): Promise<boolean> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  /** A server that is busy for a moment drops connections, or refuses requests. */
  private async look(): Promise<boolean> {
    const deadline = performance.now() + ALIVE_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.ask('ping', {}, Math.ceil(deadline - performance.now()));
        return true;
      } catch {
        const pauseMs = PAUSES_MS[attempt];
        if (this.isLost || pauseMs === undefined || performance.now() + pauseMs >= deadline) {
          return false;
        }
        await Promise.race([pause(pauseMs), this.lost]);
      }
    }
  }
}
