import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** Events of one client that are kept, and characters of their JSON; the latest one is kept whatever its size. */
export const MOST_EVENTS = 128;
export const MOST_CHARACTERS = 256 * 1024;

/** The stream of what belongs to no request, as the SDK names it. It goes on for as long as the client does. */
const STANDALONE = '_GET_stream';

interface KeptEvent {
  readonly number: number;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
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

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const event = { number: ++this.latest, streamId, message, characters: JSON.stringify(message).length };
    this.kept.push(event);
    this.characters += event.characters;
    while (this.kept.length > 1 && (this.kept.length > MOST_EVENTS || this.characters > MOST_CHARACTERS)) {
      this.characters -= this.kept.shift()?.characters ?? 0;
    }
    return `${streamId}/${event.number}`;
  }

  /** `undefined` for what was never sent, and for the streams of requests of which nothing is kept any more. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    const { streamId } = this.parse(eventId) ?? {};
    const isKnown = streamId === STANDALONE || this.kept.some((event) => event.streamId === streamId);
    return isKnown ? streamId : undefined;
  }

  /** Sends what came after an event in the same stream, as far as it is kept. @throws when there was no such event. */
  async replayEventsAfter(
    eventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const after = this.parse(eventId);
    if (after === undefined) {
      throw new Error('There was no such event.');
    }
    const later = this.kept.filter(({ streamId, number }) => streamId === after.streamId && number > after.number);
    for (const { streamId, number, message } of later) {
      // That a stream was opened is kept as an empty message, and nobody waits for it.
      if ('jsonrpc' in message) {
        await send(`${streamId}/${number}`, message);
      }
    }
    return after.streamId;
  }

  private parse(eventId: string): { readonly streamId: string; readonly number: number } | undefined {
    const [, streamId, digits] = /^([\w-]{1,64})\/(\d{1,15})$/.exec(eventId) ?? [];
    const number = Number(digits);
    return streamId === undefined || number < 1 || number > this.latest ? undefined : { streamId, number };
  }
}
