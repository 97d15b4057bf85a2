import { describe, expect, it } from 'vitest';
import type { EventRow, MinerCell } from '../../../src/protocol/dashboard';
import { filterEvents, NO_FILTER } from '../../../src/webview/eventFilter';
import { cellAfterKey, cellAt, layOut } from '../../../src/webview/fleet/layout';
import { lookOf, looksOf } from '../../../src/webview/fleet/modes';
import {
  formatBytes,
  formatCount,
  formatMs,
  formatRate,
  formatRatio,
  formatSeconds,
} from '../../../src/webview/format';
import { compareNaturally, plain } from '../../../src/webview/text';
import { HostClock } from '../../../src/webview/time';
import { GRID_MODES, INITIAL_STATE, readViewState, withItem } from '../../../src/webview/viewState';

describe('figures', () => {
  it('are a dash when they are not known', () => {
    for (const format of [formatRatio, formatCount, formatRate, formatMs, formatBytes, formatSeconds]) {
      expect(format(undefined)).toBe('–');
    }
  });

  it('never round a ratio up to its target', () => {
    expect(formatRatio(0.79999)).toBe('79.9 %');
    expect(formatRatio(1)).toBe('100.0 %');
    expect(formatRatio(0)).toBe('0.0 %');
  });

  it('have the unit that suits them', () => {
    expect([formatMs(0.042), formatMs(17.94), formatMs(180.4), formatMs(12_345)]).toEqual([
      '0.04 ms',
      '17.9 ms',
      '180 ms',
      '12.3 s',
    ]);
    expect([formatBytes(0), formatBytes(1_536), formatBytes(268_435_456)]).toEqual(['0 B', '1.5 kB', '256 MB']);
    expect([formatSeconds(7), formatSeconds(250), formatSeconds(43_200)]).toEqual(['7 s', '4 min 10 s', '12 h']);
    expect([formatRate(0), formatRate(0.25), formatRate(12_345.6)]).toEqual(['0/s', '0.3/s', '12,346/s']);
  });
});

describe('texts from outside', () => {
  it('are one line of what can be seen', () => {
    expect(plain('a\nb\u0000c\u202ed\u200be\ud800f')).toBe('a·b·c·d·e·f');
  });

  it('keep letters of all languages and pictures', () => {
    expect(plain('Größe שלום 🚀 <b>')).toBe('Größe שלום 🚀 <b>');
  });

  it('are cut', () => {
    const cut = plain('x'.repeat(100_000), 10);
    expect(cut).toBe('xxxxxxxxx…');
    expect(plain('x'.repeat(10), 10)).toBe('x'.repeat(10));
  });

  it('are in the order of people', () => {
    expect(['miner-10', 'miner-9', 'miner-1'].sort(compareNaturally)).toEqual(['miner-1', 'miner-9', 'miner-10']);
  });
});

describe('the host clock', () => {
  it('is ours until the host says otherwise', () => {
    const clock = new HostClock(() => 1_000);
    clock.hear(undefined);
    expect(clock.now()).toBe(1_000);
    clock.hear(61_000);
    expect(clock.now()).toBe(61_000);
  });
});

describe('the filter of events', () => {
  const rows: EventRow[] = [
    { id: '1-1', at: 1, kind: 'status', minerId: 'Miner-1', tenant: 'north', text: 'paused' },
    { id: '1-2', at: 2, kind: 'invalidated', minerId: 'miner-2', tenant: 'south', text: 'why', cascade: ['summary'] },
    { id: '1-3', at: 3, kind: 'gap', text: 'some messages were lost' },
  ];
  const idsWith = (change: Partial<typeof NO_FILTER>) =>
    filterEvents(rows, { ...NO_FILTER, ...change }).map(({ id }) => id);

  it('lets everything through at first', () => {
    expect(filterEvents(rows, NO_FILTER)).toBe(rows);
  });

  it('goes by miner, tenant, text with cascade, and kind', () => {
    expect(idsWith({ miner: ' MINER-1 ' })).toEqual(['1-1', '1-3']);
    expect(idsWith({ tenant: 'sou' })).toEqual(['1-2', '1-3']);
    expect(idsWith({ text: 'SUMMARY' })).toEqual(['1-2', '1-3']);
    expect(idsWith({ hiddenKinds: ['status', 'gap'] })).toEqual(['1-2']);
  });
});

describe('the grid', () => {
  it('shows thousands at once, and few at a size that is easy to hit', () => {
    expect(layOut(5_000, 680).height).toBeLessThanOrEqual(380);
    expect(layOut(20, 680)).toEqual({ columns: 28, rows: 1, pitch: 24, height: 24 });
    expect(layOut(0, 0).columns).toBe(1);
  });

  it('finds the cell at a place, and none beside the cells', () => {
    const layout = layOut(20, 240);
    expect(cellAt(layout, 20, 25, 25)).toBe(11);
    expect(cellAt(layout, 20, 241, 5)).toBeUndefined();
    expect(cellAt(layout, 20, 5, 49)).toBeUndefined();
    expect(cellAt(layout, 20, -1, 5)).toBeUndefined();
  });

  it('is walked through by keys, and not left', () => {
    const layout = layOut(20, 240);
    const stepped = (from: number, key: string) => cellAfterKey(layout, 20, from, key);
    expect([stepped(0, 'ArrowRight'), stepped(0, 'ArrowDown'), stepped(0, 'ArrowLeft')]).toEqual([1, 10, 0]);
    expect([stepped(5, 'Home'), stepped(5, 'End'), stepped(15, 'ArrowDown')]).toEqual([0, 19, 15]);
    expect(stepped(5, 'x')).toBeUndefined();
    expect(stepped(5, 'toString')).toBeUndefined();
    expect(cellAfterKey(layout, 0, 0, 'ArrowRight')).toBeUndefined();
  });

  it('has each look that a miner can have in the legend of its mode', () => {
    const now = 1_000_000;
    const miners: MinerCell[] = [];
    for (const state of ['normal', 'offline', 'unread', 'unknown', 'suspended'] as const) {
      miners.push({ id: 'm', tenant: 't', state });
      for (let step = 0; step <= 12; step++) {
        const figures = { temperatureC: step * 10, hashrateThs: step * 10, nominalHashrateThs: 95 };
        miners.push({ id: 'm', tenant: 't', state, ...figures, fetchedAt: now - step * 3_000, ttlS: 10 });
      }
    }
    for (const mode of GRID_MODES) {
      const labels = looksOf(mode).map(({ label }) => label);
      expect(miners.filter((miner) => !labels.includes(lookOf(miner, mode, now).label))).toEqual([]);
    }
  });

  it('puts figures into the step that its legend names', () => {
    const cell = (change: Partial<MinerCell>): MinerCell => ({ id: 'm', tenant: 't', state: 'normal', ...change });
    const label = (change: Partial<MinerCell>, mode: 'temperature' | 'hashrate' | 'freshness') =>
      lookOf(cell(change), mode, 100_000).label;
    expect(label({ temperatureC: 85 }, 'temperature')).toBe('85 and over °C');
    expect(label({ temperatureC: 84.9 }, 'temperature')).toBe('70–85 °C');
    expect(label({ hashrateThs: 100, nominalHashrateThs: 100 }, 'hashrate')).toBe('100 and over % of nominal');
    expect(label({ hashrateThs: 90, nominalHashrateThs: 100 }, 'hashrate')).toBe('90–100 % of nominal');
    expect(label({ hashrateThs: 0, nominalHashrateThs: 100 }, 'hashrate')).toBe('under 50 % of nominal');
    expect(label({ hashrateThs: 5 }, 'hashrate')).toBe('not known');
    expect(label({ fetchedAt: 96_000, ttlS: 10 }, 'freshness')).toBe('first half of TTL');
    expect(label({ fetchedAt: 89_000, ttlS: 10 }, 'freshness')).toBe('just expired');
    expect(label({ fetchedAt: 10_000, ttlS: 10 }, 'freshness')).toBe('expired for longer than its TTL');
  });

  it('takes a state that it does not know for unknown', () => {
    const strange = { id: 'm', tenant: 't', state: 'constructor' as MinerCell['state'] };
    expect(lookOf(strange, 'state', 0).label).toBe('state unknown');
  });
});

describe('what a person has chosen', () => {
  it('comes back', () => {
    const state = { ...INITIAL_STATE, range: '6h' as const, tables: ['fleet'], filter: { ...NO_FILTER, miner: 'm' } };
    expect(readViewState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it.each([undefined, null, 'text', 7, [], { range: 'forever', gridMode: 1, filter: 'x', tables: [1, {}] }])(
    'is as at first when %j was kept',
    (kept) => {
      expect(readViewState(kept)).toEqual(INITIAL_STATE);
    },
  );

  it('has each item once', () => {
    expect(withItem(['a', 'b'], 'a', true)).toEqual(['b', 'a']);
    expect(withItem(['a', 'b'], 'a', false)).toEqual(['b']);
  });
});
