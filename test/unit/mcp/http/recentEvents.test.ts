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
    // What was not answered goes on, as does the standalone stream; of an answered one of which nothing is left, nothing can come.
    expect(await events.getStreamIdForEventId(before)).toBe('one');
    await events.storeEvent('one', { jsonrpc: '2.0', id: 1, result: {} });
    await events.storeEvent('two', large);
    expect(await events.getStreamIdForEventId(before)).toBeUndefined();
    expect(await events.getStreamIdForEventId(`${STANDALONE}/1`)).toBe(STANDALONE);
    expect(await replayed(events, `${STANDALONE}/1`)).toEqual([]);
  });

  it('are all that there is of a stream when its last answer was sent', async () => {
    const events = new RecentEvents();
    const rest = (after: string) => events.restAfter(after)?.map(({ message: { ...each } }) => each);
    const answer = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} });
    const [first] = [await events.storeEvent('one', message('a')), await events.storeEvent('two', message('x'))];
    expect(rest(first)).toBeUndefined();
    const failed: JSONRPCMessage = { jsonrpc: '2.0', id: 1, error: { code: -32_602, message: 'no' } };
    const last = await events.storeEvent('one', failed);
    expect(rest(first)).toEqual([failed]);
    expect(rest(last)).toEqual([]);
    await expect(replayed(events, first)).rejects.toThrow('over by now');
    // Two requests that came together are answered in one stream.
    events.noteRequests([7, 8].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' })));
    const half = await events.storeEvent('two', answer(8));
    expect(rest(half)).toBeUndefined();
    const both = await events.storeEvent('two', answer(7));
    expect(rest(half)).toEqual([answer(7)]);
    // That it was the last is known as long as the client knows its id.
    await events.storeEvent('three', message('x'.repeat(MOST_CHARACTERS)));
    expect(rest(both)).toEqual([]);
    expect(rest(half)).toBeUndefined();
  });

  it('say that a stream is over when its last answer comes while they are sent', async () => {
    const events = new RecentEvents();
    const [first] = [await events.storeEvent('one', message('a')), await events.storeEvent('one', message('b'))];
    const sent = events.replayEventsAfter(first, {
      send: async () => {
        await events.storeEvent('one', { jsonrpc: '2.0', id: 1, result: {} });
      },
    });
    await expect(sent).rejects.toThrow('over by now');
  });

  it.each([
    '',
    'one',
    'one/',
    'one/0',
    'one/2',
    'one/1/1',
    'one/-1',
    '../one/1',
    `${'x'.repeat(65)}/1`,
    'one/1e3',
    'one/1/last/last',
  ])('are not found by %j, which was never sent', async (eventId) => {
    const events = new RecentEvents();
    await events.storeEvent('one', message('a'));
    expect(await events.getStreamIdForEventId(eventId)).toBeUndefined();
    expect(events.restAfter(eventId)).toBeUndefined();
    await expect(replayed(events, eventId)).rejects.toThrow('no such event');
  });
});
