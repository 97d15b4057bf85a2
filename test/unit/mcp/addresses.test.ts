import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINER_KINDS } from '../../../src/fleet/minerData';
import { benchmarkUri, minerUri, parseUri, summaryUri } from '../../../src/mcp/resources/addresses';

describe('URIs of resources', () => {
  it('name any miner and tenant, whatever it is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom(...MINER_KINDS), (name, kind) => {
        expect(parseUri(minerUri(name, kind))).toEqual({ type: 'miner', minerId: name, kind });
        expect(parseUri(minerUri(name, 'status/stream'))).toEqual({ type: 'miner-events', minerId: name });
        expect(parseUri(benchmarkUri(name))).toEqual({ type: 'benchmark', run: name });
        expect(parseUri(summaryUri(name))).toEqual({ type: 'summary', tenant: name });
      }),
    );
  });

  it('are made of half a character too', () => {
    expect(minerUri('a\ud800', 'status')).toBe('braiins:///miner/a%EF%BF%BD/status');
  });

  it.each([
    'braiins:///miner/a/nothing',
    'braiins:///miner//status',
    'braiins:///fleet/a/b/summary',
    'cache:///secrets',
    'file:///etc/passwd',
    '',
  ])('do not name %j', (uri) => {
    expect(parseUri(uri)).toBeUndefined();
  });
});
