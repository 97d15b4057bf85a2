import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyBrowser, KeyScanOptions, RawKey, ScanPosition } from '../../../src/cache/keyBrowser';
import type { Inventory } from '../../../src/fleet/inventory';
import { LevelScans } from '../../../src/host/views/levelScans';
import type { KeyExplorer } from '../../../src/service/keyExplorer';
import { CompiledFilter } from '../../../src/service/keyFilter';
import { KeyScans } from '../../../src/service/keyScans';
import { KeyTree } from '../../../src/service/keyTree';
import { ManualClock } from '../../fixtures/manualClock';

const KEYS: readonly RawKey[] = Array.from({ length: 30 }, (_, index) => `a:${index % 3}:k${index}`);
const AT_A_TIME = 3;
const PREFIXES = ['', 'a:', 'a:1:'];
const TURNS_UNTIL_ALL = 200;

interface Position extends ScanPosition {
  readonly at: number;
}

/** A server that takes a turn of the event loop for each page, and knows where it was left. */
class SlowBrowser implements Pick<KeyBrowser, 'scan'> {
  async scan({
    pattern,
    signal,
    resume,
    onPage,
  }: KeyScanOptions): Promise<{ readonly position: ScanPosition | undefined }> {
    let at = (resume as Position | undefined)?.at ?? 0;
    for (await turn(); at < KEYS.length; await turn()) {
      if (signal?.aborted) {
        const position: Position = { at, scanned: at, total: KEYS.length };
        return { position };
      }
      const page = KEYS.slice(at, at + AT_A_TIME);
      at += AT_A_TIME;
      const keys = page.filter((key) => key.startsWith(pattern?.slice(0, -1) ?? ''));
      await onPage({
        keys,
        bytes: keys.map((key) => Buffer.from(key)),
        scanned: at,
        total: KEYS.length,
      });
    }
    return { position: undefined };
  }
}

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

describe('KeyScans', () => {
  it('list what is wanted in the end, whatever was cancelled, left, hidden, gone on with and begun anew before', async () => {
    const operations: Readonly<Record<string, (scans: LevelScans) => void>> = {
      cancel: (scans) => scans.cancel(),
      resume: (scans) => scans.resume(),
      restart: (scans) => scans.restart(),
      hide: (scans) => scans.setVisible(false),
      show: (scans) => scans.setVisible(true),
      ...Object.fromEntries(PREFIXES.map((prefix) => [`want ${prefix}`, (scans: LevelScans) => scans.want(prefix)])),
      ...Object.fromEntries(PREFIXES.map((prefix) => [`leave ${prefix}`, (scans: LevelScans) => scans.leave(prefix)])),
    };
    const steps = fc.array(
      fc.record({ operation: fc.constantFrom(...Object.keys(operations)), turns: fc.integer({ min: 0, max: 4 }) }),
      { maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const tree = new KeyTree({ onChange() {}, onAppear() {} });
        const scans = new KeyScans({
          browser: new SlowBrowser() as unknown as KeyBrowser,
          tree,
          filter: new CompiledFilter({}, {} as Inventory),
          describe: async () => [],
          onProgress() {},
        });
        const levelScans = new LevelScans(explorerOf(scans), new ManualClock(), () => {});
        levelScans.setVisible(true);
        for (const { operation, turns } of all) {
          operations[operation]?.(levelScans);
          for (let count = 0; count < turns; count++) {
            await turn();
          }
        }
        levelScans.setVisible(true);
        levelScans.resume();
        levelScans.want('');
        const isOver = () => scans.isComplete('') && levelScans.state.type === 'idle';
        for (let count = 0; count < TURNS_UNTIL_ALL && !isOver(); count++) {
          await turn();
        }
        expect(isOver()).toBe(true);
        expect(tree.keyCount(tree.root)).toBe(KEYS.length);
        levelScans.dispose();
      }),
    );
  });
});

function explorerOf(scans: KeyScans): Pick<KeyExplorer, 'scan' | 'level'> {
  return {
    scan: (prefix, request = {}) => scans.scan(prefix, request),
    level: (prefix) => ({
      prefix,
      namespaces: [],
      keys: [],
      hidden: 0,
      listed: 0,
      total: undefined,
      complete: scans.isComplete(prefix),
      scanning: scans.isScanning(prefix),
      sorting: false,
    }),
  };
}
