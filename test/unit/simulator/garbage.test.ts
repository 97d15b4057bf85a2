import type { MethodDefinition } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMinerServices } from '../../../src/braiins/proto/load';
import { garble } from '../../../src/simulator/garbage';

describe('garble', () => {
  it('makes of every answer one that nobody can read, in three ways', async () => {
    const services = await loadMinerServices();
    const methods = Object.values(services).flatMap((service) =>
      Object.values<MethodDefinition<never, never>>(service),
    );
    expect(methods.length).toBeGreaterThan(50);
    for (const { path, responseDeserialize, responseSerialize } of methods) {
      const empty = responseSerialize({} as never) as Buffer;
      for (let turn = 0; turn < 6; turn++) {
        expect(() => responseDeserialize(garble(empty, turn)), `${path}, ${turn}`).toThrow();
      }
    }
  });

  it('is different each turn, and the same for the same turn', () => {
    const answer = Buffer.from([0x08, 0x02, 0x12, 0x01, 0x41]);
    const ways = [0, 1, 2].map((turn) => garble(answer, turn).toString('hex'));

    expect(new Set(ways).size).toBe(3);
    expect(garble(answer, 3).toString('hex')).toBe(ways[0]);
  });

  it('gives every field another wire type', () => {
    const fixed64 = [0x19, ...new Array(8).fill(1)];
    const fixed32 = [0x25, 1, 2, 3, 4];
    const long = [0x82, 0x01, 0x02, 0x41, 0x42];
    const answer = Buffer.from([0x08, 0xff, 0x01, ...fixed64, ...fixed32, ...long]);

    const text = '0d7768617420697320746869733f';
    expect(garble(answer, 0).toString('hex')).toMatch(new RegExp(`^0a${text}1a${text}22${text}800100`));
  });

  it('cannot be read whatever the answer says', async () => {
    const { miner } = await loadMinerServices();
    fc.assert(
      fc.property(
        fc.record({ uid: fc.string(), hostname: fc.string(), system_uptime_s: fc.nat(), kernel_version: fc.string() }),
        fc.nat(),
        (details, turn) => {
          const answer = miner.GetMinerDetails.responseSerialize(details);
          expect(() => miner.GetMinerDetails.responseDeserialize(garble(answer, turn))).toThrow();
        },
      ),
    );
  });
});
