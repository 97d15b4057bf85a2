import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

/** Events of one client that are kept, and characters of their JSON; the latest one is kept whatever its size. */
export const MOST_EVENTS = 128;
export const MOST_CHARACTERS = 256 * 1024;

/** The stream of what belongs to no request, as the SDK names it. It goes on for as long as the client does. */
const STANDALONE = '_GET_stream';

/** Ends the id of the event after which its stream is over, so that this is known even when nothing of the stream is kept. */
const LAST = '/last';

/** What ends the stream of a request that its client has cancelled. It is sent to nobody. */
export const CANCELLED = { code: ErrorCode.ConnectionClosed, message: 'The request was cancelled.' } as const;

export interface SentEvent {
  readonly id: string;
  readonly message: JSONRPCMessage;
}

interface KeptEvent extends SentEvent {
  readonly number: number;
  readonly streamId: string;
  readonly isLast: boolean;
  readonly characters: number;
}

/**
 * What one client was sent last, so that it can take up a stream where its connection broke off, and so gets the result of a call
 * that went on meanwhile.
 */
export class RecentEvents implements EventStore {
  private readonly kept: KeptEvent[] = [];
  private characters = 0;
  private latest = 0;
  /** Streams of requests that are not answered, which go on however much else was sent meanwhile. */
  private readonly running = new Set<string>();
  /** Requests that came together, and so are answered in one stream, as far as they are not answered. */
  private readonly together = new Map<RequestId, Set<RequestId>>();

  /** Takes note of what is answered in one stream. */
  noteRequests(body: unknown): void {
    const ids = new Set((Array.isArray(body) ? body : []).filter(isJSONRPCRequest).map(({ id }) => id));
    for (const id of ids.size > 1 ? ids : []) {
      this.together.set(id, ids);
    }
  }

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const number = ++this.latest;
    const isLast = this.isLastAnswer(message);
    const id = `${streamId}/${number}${isLast ? LAST : ''}`;
    const event = { id, number, streamId, isLast, message, characters: JSON.stringify(message).length };
    if (isLast) {
      this.running.delete(streamId);
    } else if (streamId !== STANDALONE) {
      this.running.add(streamId);
    }
    this.kept.push(event);
    this.characters += event.characters;
    while (this.kept.length > 1 && (this.kept.length > MOST_EVENTS || this.characters > MOST_CHARACTERS)) {
      this.characters -= this.kept.shift()?.characters ?? 0;
    }
    return id;
  }

  /** `undefined` for what was never sent, and for the streams of answered requests of which nothing is kept any more. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    const { streamId } = this.parse(eventId) ?? {};
    if (streamId === undefined || streamId === STANDALONE || this.running.has(streamId)) {
      return streamId;
    }
    return this.kept.some((event) => event.streamId === streamId) ? streamId : undefined;
  }

  /** What came after an event of a stream that is over; `undefined` when more may come, or there was no such event. */
  restAfter(eventId: string): readonly SentEvent[] | undefined {
    const after = this.parse(eventId);
    if (after === undefined || !(after.isLast || this.isOver(after.streamId))) {
      return undefined;
    }
    return this.sentAfter(after);
  }

  /**
   * Sends what came after an event in the same stream, as far as it is kept.
   *
   * @throws when there was no such event, or the stream is over: the SDK would keep the connection for what never comes.
   */
  async replayEventsAfter(
    eventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const after = this.parse(eventId);
    if (after === undefined) {
      throw new Error('There was no such event.');
    }
    for (const { id, message } of this.sentAfter(after)) {
      await send(id, message);
    }
    // Also while it was being sent.
    if (this.isOver(after.streamId)) {
      throw new Error('The stream is over by now.');
    }
    return after.streamId;
  }

  private sentAfter({ streamId, number }: { readonly streamId: string; readonly number: number }): SentEvent[] {
    return this.kept.filter(
      (event) => event.streamId === streamId && event.number > number && isForClient(event.message),
    );
  }

  private isOver(streamId: string): boolean {
    return this.kept.some((event) => event.streamId === streamId && event.isLast);
  }

  private isLastAnswer(message: JSONRPCMessage): boolean {
    if (!(isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) || message.id === undefined) {
      return false;
    }
    const others = this.together.get(message.id);
    this.together.delete(message.id);
    others?.delete(message.id);
    return others === undefined || others.size === 0;
  }

  private parse(
    eventId: string,
  ): { readonly streamId: string; readonly number: number; readonly isLast: boolean } | undefined {
    const [, streamId, digits, last] = /^([\w-]{1,64})\/(\d{1,15})(\/last)?$/.exec(eventId) ?? [];
    const number = Number(digits);
    return streamId === undefined || number < 1 || number > this.latest
      ? undefined
      : { streamId, number, isLast: last !== undefined };
  }
}

function isForClient(message: JSONRPCMessage): boolean {
  // That a stream was opened is kept as an empty message, and nobody waits for it.
  return 'jsonrpc' in message && !('error' in message && message.error === CANCELLED);
}
