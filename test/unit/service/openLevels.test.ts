import { describe, expect, it } from 'vitest';
import type { KeyFacts } from '../../../src/cache/keyBrowser';
import { KeyRanks } from '../../../src/service/keyRanks';
import { OpenLevels } from '../../../src/service/openLevels';
import { ManualClock } from '../../fixtures/manualClock';

const LIMIT = 1_000;
const NO_FACTS: KeyFacts = {
  type: undefined,
  ttlMs: undefined,
  sizeBytes: undefined,
  elements: undefined,
  entry: undefined,
};

/** So often all that is due is done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('OpenLevels', () => {
  it('asks again for the order that it could not be told, and not at once', async () => {
    const clock = new ManualClock();
    const ranks = new KeyRanks('size');
    const told: string[] = [];
    let asked = 0;
    let isAnswering = false;
    const levels = new OpenLevels({
      clock,
      ranks: () => ranks,
      findRanks: async (nodes) => {
        asked++;
        for (const node of isAnswering ? nodes : []) {
          ranks.note(node, { ...NO_FACTS, sizeBytes: Number(levels.tree.name(node)) }, clock.monotonic());
        }
        return isAnswering;
      },
      onChange: (prefix) => told.push(prefix),
    });
    const namespace = levels.tree.namespace('');
    const names = () => levels.look(namespace, LIMIT).entries.map(({ name }) => name);
    levels.tree.add(['1', '2', '3'], 1);
    levels.look(namespace, LIMIT);
    await settle();
    clock.advance(1_000);
    expect(told).toEqual(['']);
    // Whoever is told looks, which is no reason to ask a Redis that has just not answered.
    expect(names()).toEqual(['1', '2', '3']);
    await settle();
    expect(asked).toBe(1);
    isAnswering = true;
    clock.advance(4_500);
    expect(told).toEqual(['', '']);
    names();
    await settle();
    clock.advance(1_000);
    expect(names()).toEqual(['3', '2', '1']);
    expect(told).toEqual(['', '', '']);
    clock.advance(60_000);
    await settle();
    expect(asked).toBe(2);
  });

  it('asks for no order any more once nobody looks', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const ranks = new KeyRanks('ttl');
    const findRanks = async () => {
      asked++;
      return false;
    };
    const levels = new OpenLevels({ clock, ranks: () => ranks, findRanks, onChange: () => {} });
    const namespace = levels.tree.namespace('');
    levels.tree.add(['a'], 1);
    levels.look(namespace, LIMIT);
    await settle();
    levels.close(namespace);
    clock.advance(60_000);
    await settle();
    expect(asked).toBe(1);
    levels.dispose();
  });

  it('waits for one moment to ask again, however many keys came of which it could not be told the order', async () => {
    const clock = new ManualClock();
    const ranks = new KeyRanks('ttl');
    let asked = 0;
    const findRanks = async () => {
      asked++;
      return false;
    };
    const levels = new OpenLevels({ clock, ranks: () => ranks, findRanks, onChange: () => {} });
    const namespace = levels.tree.namespace('');
    for (let second = 0; second <= 20; second++) {
      if (second < 4) {
        // Whose coming has it asked for besides.
        levels.tree.add([`k${second}`], 1);
      }
      levels.look(namespace, LIMIT);
      await settle();
      clock.advance(1_000);
    }
    // After 5, 10, 15 and 20 seconds.
    expect(asked).toBe(4 + 4);
    levels.dispose();
    clock.advance(60_000);
    await settle();
    expect(asked).toBe(4 + 4);
  });
});
