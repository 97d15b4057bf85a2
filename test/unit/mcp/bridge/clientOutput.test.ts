import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { ClientOutput } from '../../../../src/mcp/bridge/clientOutput';

describe('ClientOutput', () => {
  it('keeps for a client that does not read what it has to know, once each, and not all that it is told', async () => {
    const sent: JSONRPCMessage[] = [];
    let readsOn: (() => void)[] = [];
    const client: Pick<Transport, 'send'> = {
      send(message) {
        sent.push(message);
        return new Promise((resolve) => readsOn.push(resolve));
      },
    };
    const output = new ClientOutput(client as Transport);
    const tell = (method: string, params: Record<string, unknown>) => output.send({ jsonrpc: '2.0', method, params });
    for (let count = 0; count < 1_000; count++) {
      tell('notifications/message', { level: 'info', data: count });
      tell('notifications/resources/updated', { uri: `test:///${count % 3}` });
    }
    output.send({ jsonrpc: '2.0', id: 1, result: {} });
    // The first ones were under way, and a result is never held back.
    expect(sent.length).toBeLessThan(50);
    expect(sent.at(-1)).toMatchObject({ id: 1 });
    const before = sent.length;
    while (readsOn.length > 0) {
      const taken = readsOn;
      readsOn = [];
      for (const resolve of taken) {
        resolve();
      }
      await new Promise(setImmediate);
    }
    const told = sent.slice(before).map((message) => ('method' in message ? message.params?.uri : undefined));
    expect(told.sort()).toEqual(['test:///0', 'test:///1', 'test:///2']);
  });
});
