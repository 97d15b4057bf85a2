import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/emitter';
import { silentLogger } from '../../../src/base/logger';
import type { CacheChange } from '../../../src/cache/changeFeed';
import type { KeyBrowser, RawKey } from '../../../src/cache/keyBrowser';
import type { Inventory } from '../../../src/fleet/inventory';
import type { Descriptions, KeyDescriber } from '../../../src/service/keyDescriber';
import { KeyExplorer } from '../../../src/service/keyExplorer';
import { ManualClock } from '../../fixtures/manualClock';

const PREFIX = 'v1:cache:miner:m1:';
const KEY = `${PREFIX}status`;

describe('what is asked of a key', () => {
  const page = [KEY, `${PREFIX}stats`];

  async function stand() {
    const invalidations = new Emitter<readonly string[] | 'everything'>();
    const answers: ((answer: Descriptions) => void)[] = [];
    const browser: Pick<KeyBrowser, 'scan'> = {
      async scan({ onPage }) {
        await onPage({ bytes: page.map((key) => Buffer.from(key)), keys: page, scanned: 2, total: 2 });
        return { position: undefined };
      },
    };
    const inventory: Pick<Inventory, 'current' | 'find' | 'onDidChange'> = {
      current: { miners: [], problems: [] },
      find: () => undefined,
      onDidChange: () => ({ dispose() {} }),
    };
    const describer: Pick<KeyDescriber, 'describe'> = {
      describe: () => new Promise((resolve) => answers.push(resolve)),
    };
    const explorer = new KeyExplorer({
      browser: browser as KeyBrowser,
      describer: describer as KeyDescriber,
      inventory: inventory as Inventory,
      cache: { onDidChange: new Emitter<CacheChange>().event },
      link: { onDidInvalidate: invalidations.event },
      clock: new ManualClock(),
      logger: silentLogger,
    });
    await explorer.scan('');
    const shown = () => explorer.level(PREFIX, { limit: 10 }).keys.map(({ raw }) => raw);
    expect(shown()).toEqual([...page].sort());
    /** Has the oldest question answered with nothing being there. */
    const answerAbsent = (keys: readonly RawKey[]) =>
      answers.shift()?.({ keys: keys.map(() => undefined), facts: keys.map(() => undefined), denied: [] });
    return { explorer, invalidations, shown, answerAbsent };
  }

  it('takes it from its level when it is not there', async () => {
    const { explorer, shown, answerAbsent } = await stand();
    const asked = explorer.describe([KEY]);
    answerAbsent([KEY]);
    await asked;
    expect(shown()).toEqual([`${PREFIX}stats`]);
    explorer.dispose();
  });

  it('leaves it there when news of it came before the answer, which it may be older than', async () => {
    const { explorer, invalidations, shown, answerAbsent } = await stand();
    for (const news of [[KEY], 'everything'] as const) {
      const asked = explorer.describe([KEY]);
      // It had expired, and was written anew.
      invalidations.fire(news);
      answerAbsent([KEY]);
      await asked;
      expect(shown()).toContain(KEY);
    }
    // Whoever looks was told of the change, and asks again.
    const again = explorer.describe([KEY]);
    answerAbsent([KEY]);
    await again;
    expect(shown()).toEqual([`${PREFIX}stats`]);
    explorer.dispose();
  });
});
