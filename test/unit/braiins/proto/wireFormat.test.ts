import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { loadMinerServices } from '../../../../src/braiins/proto/load';
import { WireFormat } from '../../../../src/braiins/proto/wireFormat';
import { anyMessage } from '../mapping/wireArbitrary';

const { miner, pool } = await loadMinerServices();
const { GetMinerDetails } = miner;
const { GetPoolGroups } = pool;

const root = protobuf.parse(`
  syntax = "proto3";
  message Tree { Tree child = 1; repeated uint32 numbers = 2; map<string, Leaf> leaves = 3; repeated Leaf list = 4; }
  message Leaf { string name = 1; double size = 2; Colour colour = 3; }
  enum Colour { NONE = 0; }
`).root;
const format = new WireFormat(protobuf.types.basic);
const tree = root.lookupType('Tree');

function check(bytes: Uint8Array): void {
  format.check(tree, protobuf.Reader.create(bytes));
}

function encoded(value: object): Uint8Array {
  return tree.encode(tree.fromObject(value)).finish();
}

describe('an answer', () => {
  it('with a text that is longer than it is not read', () => {
    const cut = Buffer.from('\x0a\x64abc');
    expect(() => GetMinerDetails.responseDeserialize(cut)).toThrow('index out of range');
  });

  it('with a text that is longer than the message that has it is not read', () => {
    // The version, of five bytes, has a text of nine; the host name behind it would be a part of that.
    const bytes = Buffer.from('\x2a\x05\x0a\x09abc\x32\x06rig-01');
    expect(() => GetMinerDetails.responseDeserialize(bytes)).toThrow('a field is longer than its message');
  });

  it('with a field of another type is not read', () => {
    expect(() => GetMinerDetails.responseDeserialize(Buffer.from([0x08, 0x03, 0x41, 0x42, 0x43]))).toThrow(
      'its field uid has the wire type 0',
    );
    expect(() => GetMinerDetails.responseDeserialize(Buffer.from('\x5a\x0212'))).toThrow(
      'its field system_uptime_s has the wire type 2',
    );
  });

  it('of newer firmware is read, whatever there is in fields that are not known', () => {
    const unknown = ['\xa0\x06\x01', '\xa1\x0612345678', '\xa2\x06\x03new', '\xa5\x061234', '\xa3\x06\x08\x01\xa4\x06'];
    const bytes = Buffer.from(`\x0a\x03abc${unknown.join('')}\x32\x03rig`, 'latin1');
    expect(GetMinerDetails.responseDeserialize(bytes)).toEqual({ uid: 'abc', hostname: 'rig' });
  });

  it('that was cut anywhere is read only if what is left is whole', () => {
    fc.assert(
      fc.property(anyMessage('braiins.bos.v1.GetPoolGroupsResponse'), fc.nat(), (message, cut) => {
        const whole = GetPoolGroups.responseSerialize(message);
        const left = whole.subarray(0, cut % (whole.length + 1));
        let read: object;
        try {
          read = GetPoolGroups.responseDeserialize(left);
        } catch {
          return;
        }
        expect(GetPoolGroups.responseSerialize(read)).toEqual(left);
      }),
      { numRuns: 500 },
    );
  });
});

describe('WireFormat', () => {
  it('takes lists in one piece and in several, and maps', () => {
    expect(() =>
      check(encoded({ numbers: [1, 2], leaves: { a: { name: 'x', size: 1 } }, list: [{}, {}] })),
    ).not.toThrow();
    expect(() => check(Buffer.from([0x10, 1, 0x10, 2]))).not.toThrow();
  });

  it('looks into the entries of maps', () => {
    const [key, leaf] = ['\x0a\x01a', '\x12\x02\x08\x01'];
    expect(() => check(Buffer.from(`\x1a\x07${key}${leaf}`))).toThrow('its field name has the wire type 0');
    expect(() => check(Buffer.from(`\x1a\x02\x0a\x05abcde`))).toThrow('a field is longer than its message');
    expect(() => check(Buffer.from('\x1a\x02\x08\x01'))).toThrow('its field leaves has the wire type 0');
  });

  it('does not follow messages as deep as somebody likes', () => {
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 40; depth++) {
      nested = Buffer.concat([Buffer.from([0x0a, nested.length]), nested]);
    }
    expect(() => check(nested)).not.toThrow();
    const deep = Buffer.alloc(2_000, 0x0a);
    expect(() => check(deep)).toThrow();
    for (let depth = 0; depth < 30; depth++) {
      const { length } = nested;
      nested = Buffer.concat([Buffer.from([0x0a, (length & 0x7f) | 0x80, length >> 7]), nested]);
    }
    expect(() => check(nested)).toThrow('nested too deeply');
  });
});
