import { expect, it } from 'vitest';
import { FileReceiver } from '../../../src/braiins/fileReceiver';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';

const miner: Miner = { id: 'm', host: 'h', port: 1, tenant: 'global', tags: [], tls: false, credentials: 'default' };

it('joins what one attempt brought, and drops what an earlier one did', () => {
  const receiver = new FileReceiver(miner, 1024);
  receiver.begin();
  receiver.add({ chunk_data: Buffer.from('half a ') });
  receiver.begin();
  receiver.add({ chunk_data: Buffer.from('whole ') });
  receiver.add({});
  receiver.add({ chunk_data: Buffer.from('file') });
  expect(receiver.content.toString()).toBe('whole file');
});

it('gives up a file that is larger than any miner has', () => {
  const receiver = new FileReceiver(miner, 1024 * 1024);
  receiver.begin();
  const chunk = { chunk_data: Buffer.alloc(700_000) };
  receiver.add(chunk);
  expect(() => receiver.add(chunk)).toThrow(SourceError);
  expect(() => receiver.add(chunk)).toThrow('m at h:1 sends a file of more than 1 MiB; it was given up.');
});
