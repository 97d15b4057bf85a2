import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { MOST_CHARACTERS, MOST_EVENTS, RecentEvents } from '../../../../src/mcp/http/recentEvents';

const STANDALONE = '_GET_stream';
const message = (text: string): JSONRPCMessage => ({ jsonrpc: '2.0', method: text });

async function replayed(events: RecentEvents, after: string): Promise<readonly unknown[]> {
  const sent: unknown[] = [];
  await events.replayEventsAfter(after, {
    send: async (_, { ...each }) => {
      sent.push('method' in each ? each.method : each);
    },
  });
  return sent;
}

describe('the latest events of a client', () => {
  it('are sent again from where a stream broke off, and of that stream only', async () => {
    const events = new RecentEvents();
    const [first] = [await events.storeEvent('one', message('a')), await events.storeEvent('two', message('x'))];
    const second = await events.storeEvent('one', message('b'));
    await events.storeEvent('one', message('c'));
    expect(await replayed(events, first)).toEqual(['b', 'c']);
    expect(await replayed(events, second)).toEqual(['c']);
    expect(await events.getStreamIdForEventId(second)).toBe('one');
  });

  it('are sent without the mark of a stream that was opened', async () => {
    const events = new RecentEvents();
    // As the SDK keeps it.
    const opened = await events.storeEvent('one', {} as JSONRPCMessage);
    await events.storeEvent('one', message('a'));
    expect(await replayed(events, opened)).toEqual(['a']);
    await events.storeEvent('one', {} as JSONRPCMessage);
    expect(await replayed(events, opened)).toEqual(['a']);
  });

  it('are bounded in number and in size, and the latest is kept whatever its size', async () => {
    const events = new RecentEvents();
    const first = await events.storeEvent('one', message('first'));
    for (let index = 0; index < MOST_EVENTS + 10; index++) {
      await events.storeEvent('one', message(`e${index}`));
    }
    expect(await replayed(events, first)).toHaveLength(MOST_EVENTS);
    const large = message('x'.repeat(MOST_CHARACTERS));
    const before = await events.storeEvent('one', message('before'));
    await events.storeEvent('one', large);
    expect(await replayed(events, before)).toEqual(['x'.repeat(MOST_CHARACTERS)]);
    await events.storeEvent('two', message('small'));
    expect(await replayed(events, before)).toEqual([]);
    // Of a request's stream of which nothing is left, nothing can come; the standalone one goes on.
    expect(await events.getStreamIdForEventId(before)).toBeUndefined();
    expect(await events.getStreamIdForEventId(`${STANDALONE}/1`)).toBe(STANDALONE);
    expect(await replayed(events, `${STANDALONE}/1`)).toEqual([]);
  });

  it.each(['', 'one', 'one/', 'one/0', 'one/2', 'one/1/1', 'one/-1', '../one/1', `${'x'.repeat(65)}/1`, 'one/1e3'])(
    'are not found by %j, which was never sent',
    async (eventId) => {
      const events = new RecentEvents();
      await events.storeEvent('one', message('a'));
      expect(await events.getStreamIdForEventId(eventId)).toBeUndefined();
      await expect(replayed(events, eventId)).rejects.toThrow('no such event');
    },
  );
});
