import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetOf, generationOf, readMinerKey, readScope } from '../../../src/cache/keyNames';
import {
  FIRMWARE_VERSIONS_KEY,
  generationKeys,
  type MinerKeyKind,
  minerKey,
  POOL_URLS_KEY,
  summaryKey,
} from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';

/** Any text, and more often than by chance what keys treat in another way. */
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(':', '%', 'u', '0', 'A', '*', '\ud800') }),
);

describe('what keys say', () => {
  it('is the miner and the dataset of a miner’s entry, and the generation that voids it', () => {
    fc.assert(
      fc.property(id, (name) => {
        expect(readMinerKey(minerKey(name, 'stats'))).toEqual({ minerId: name, kind: 'stats' });
        expect(generationOf(minerKey(name, 'stats'))).toBe(generationKeys.miner(name));
        expect(generationOf(summaryKey(name))).toBe(generationKeys.summary(name));
      }),
    );
    expect(generationOf(FIRMWARE_VERSIONS_KEY)).toBe(generationKeys.firmwareVersions);
    expect(generationOf(POOL_URLS_KEY)).toBe(generationKeys.poolUrls);
    for (const key of ['', 'v1:cache:', 'v1:cache:warm:x', 'v1:cache:miner:m1:nothing', 'v1:gen:miner:m1', 'other']) {
      expect([readMinerKey(key), generationOf(key)], key).toEqual([undefined, undefined]);
    }
    expect(readMinerKey(summaryKey('a'))).toBeUndefined();
  });

  it('is the dataset of every entry, whatever the miner is called', () => {
    fc.assert(
      fc.property(id, (name) => {
        const kinds = Object.keys(DEFAULT_POLICIES).filter((dataset) => dataset.startsWith('miner:'));
        expect(kinds.map((kind) => datasetOf(minerKey(name, kind.slice(6) as MinerKeyKind)))).toEqual(kinds);
        expect(datasetOf(summaryKey(name))).toBe('fleet:summary');
      }),
    );
    expect([FIRMWARE_VERSIONS_KEY, POOL_URLS_KEY].map(datasetOf)).toEqual(['firmware:versions', 'pool:urls']);
  });

  it('is the scope of every generation, with its name as it was', () => {
    fc.assert(
      fc.property(id, (name) => {
        expect(readScope(generationKeys.miner(name))).toEqual({ type: 'miner', minerId: name });
        const ofEvent = readScope(generationKeys.minerEvent(name, 'config'));
        expect(ofEvent).toEqual({ type: 'miner', minerId: name, event: 'config' });
        expect(readScope(generationKeys.fleet(name))).toEqual({ type: 'tenant', tenant: name });
        expect(readScope(generationKeys.summary(name))).toEqual({ type: 'summary', tenant: name });
      }),
    );
    const figures = [generationKeys.all, generationKeys.firmwareVersions, generationKeys.poolUrls];
    expect(figures.map(readScope)).toEqual([{ type: 'all' }, { type: 'firmware-versions' }, { type: 'pool-urls' }]);
  });

  it.each([
    '',
    'v1',
    'v2:cache:miner:m1:status',
    'v1:cache:miner:m1',
    'v1:cache:miner:m1:toString',
    'v1:cache:miner:m1:status:x',
    'v1:cache:fleet:north',
    'v1:cache:pool:urls:x',
    'v1:gen',
    'v1:gen:miner',
    'v1:gen:miner:m1:reboot',
    'v1:gen:all:x',
    'v1:gen:fleet:a:b',
    'v1:gen:pool:x',
    'v1:gen:other:x',
  ])('is nothing for %j', (key) => {
    expect([datasetOf(key), readScope(key)]).toEqual([undefined, undefined]);
  });
});
