import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeForHistory } from '../../../src/cache/cacheEvents';
import { generationKeys } from '../../../src/cache/keys';
import { encodeChangeMessage } from '../../../src/service/changeMessages';
import { EventReader } from '../../../src/service/loggedEvents';
import { encodeStatusMessage } from '../../../src/service/statusMessages';

const NOW = 1_800_000_000_000;
const reader = new EventReader(
  (minerId) => (minerId === 'm1' ? 'north' : undefined),
  (storeMs) => Math.min(NOW, storeMs - 1_000),
);

function read(kind: string, fields: object, id = '1700000000000-3') {
  return reader.read({ id, kind, text: JSON.stringify(fields) });
}

describe('EventReader', () => {
  it('tells a status, with the reason of one that is offline', () => {
    const at = 1_699_999_999_000;
    const common = { id: '1700000000000-3', at, kind: 'status', by: 'one' };
    expect(read('status', { minerId: 'm1', status: 'not-started', timestamp: 'x', by: 'one' })).toEqual({
      ...common,
      minerId: 'm1',
      tenant: 'north',
      text: 'm1 is not started',
      heard: { state: 'not-started' },
    });
    expect(read('status', { minerId: 'm2', status: 'offline', reason: 'no route', by: 'one' })).toEqual({
      ...common,
      minerId: 'm2',
      text: 'm2 is offline: no route',
      heard: { state: 'offline', reason: 'no route' },
    });
    const later = read('status', { minerId: 'm1', status: 'dreaming', by: 'one' });
    expect(later).toEqual({ ...common, minerId: 'm1', tenant: 'north', text: 'm1 is dreaming' });
  });

  it('tells a change, also of a kind that only a later version knows', () => {
    expect(read('config', { minerId: 'm1', change: 'reboot', by: 'one' })).toMatchObject({
      kind: 'config',
      minerId: 'm1',
      text: 'm1 was told to restart',
    });
    expect(read('config', { minerId: 'm1', change: 'toString', by: 'one' })?.text).toBe('m1 was changed (toString)');
  });

  it('tells that the cache is filled ahead, and what came of it', () => {
    const counts = { total: 48, warmed: 40, notStored: 0, fresh: 8, failed: 0 };
    const ended = { phase: 'ended', origin: 'asked', ...counts, by: 'one' };
    expect(read('warm', { phase: 'began', total: 48, kinds: ['status', 'stats'], by: 'one' })).toMatchObject({
      kind: 'warm',
      text: 'Warming began: 48 entries of status, stats',
      by: 'one',
    });
    expect(read('warm', ended)?.text).toBe('Warming ended: 40 fetched, 8 fresh already, 0 failed');
    expect(read('warm', { ...ended, origin: 'periodic', notStored: 2 })?.text).toBe(
      'A round of periodic warming ended: 40 fetched, 8 fresh already, 0 failed, 2 not stored',
    );
    expect(read('warm', { ...ended, phase: 'cancelled' })?.text).toBe(
      'Warming was cancelled, 48 wanted: 40 fetched, 8 fresh already, 0 failed',
    );
    for (const wrong of [{ warmed: -1 }, { total: '48' }, { phase: 'x' }, { by: '' }, { failed: 1.5 }]) {
      expect(read('warm', { ...ended, ...wrong })).toBeUndefined();
    }
    expect(read('warm', { phase: 'began', total: 1, kinds: Array(50).fill('status'), by: 'one' })).toBeUndefined();
  });

  it('tells what was voided, why, and with what else', () => {
    const event = { type: 'invalidated', cause: 'miner:status:updated', by: 'one', at: 1 } as const;
    const scopes = [
      generationKeys.summary('global'),
      generationKeys.minerEvent('m:1', 'status'),
      generationKeys.summary('north'),
      generationKeys.poolUrls,
      'v1:gen:no such scope',
    ];
    const told = reader.read({ id: '5-0', kind: 'invalidated', text: encodeForHistory({ ...event, scopes }) });
    expect(told).toMatchObject({
      kind: 'invalidated',
      minerId: 'm:1',
      text: 'm:1 (status) was voided: miner:status:updated',
      cascade: ['Summary of the whole fleet', 'Summary of north', 'Pool URLs'],
      by: 'one',
    });
    const all = encodeForHistory({ ...event, scopes: [generationKeys.all], cause: 'command' });
    expect(reader.read({ id: '5-0', kind: 'invalidated', text: all })).toMatchObject({
      text: 'Everything was voided: command',
    });
    const tenant = encodeForHistory({ ...event, scopes: [generationKeys.fleet('north')] });
    expect(reader.read({ id: '5-0', kind: 'invalidated', text: tenant })).toMatchObject({ tenant: 'north' });
  });

  it('tells what was removed by patterns', () => {
    const event = {
      type: 'invalidated',
      cause: 'command',
      by: 'one',
      at: 1,
      scopes: [generationKeys.poolUrls],
    } as const;
    const text = encodeForHistory({ ...event, patterns: ['v1:cache:miner:*:status'] });
    expect(reader.read({ id: '5-0', kind: 'invalidated', text })).toMatchObject({
      text: 'What matches v1:cache:miner:*:status was removed: command',
      cascade: ['Pool URLs'],
    });
  });

  it('tells a test as a test, and no state of the miner by it', () => {
    const status = read('status', JSON.parse(encodeStatusMessage({ minerId: 'm1', status: 'test', by: 'one' }, 5)));
    expect(status).toMatchObject({
      kind: 'status',
      minerId: 'm1',
      text: 'Test event about the status of m1: nothing happened at the miner',
    });
    expect(status).not.toHaveProperty('heard');
    const config = read('config', JSON.parse(encodeChangeMessage({ minerId: 'm1', change: 'test', by: 'one' }, 5)));
    expect(config?.text).toBe('Test event about the configuration of m1: nothing happened at the miner');
  });

  it('tells what is lost', () => {
    expect(read('gap', {})?.text).toContain('begins here');
    expect(read('gap', { lost: 1 })?.text).toContain('One event is missing');
    expect(read('gap', { lost: 12 })?.text).toContain('Up to 12 events');
  });

  it('dates nothing later than now, whatever id somebody chose', () => {
    const ids = ['18446744073709551615-0', '1800000009999-0', '1-1'];
    const events = ids.map((id) => read('gap', {}, id));
    expect(events.map((event) => event?.at)).toEqual([NOW, NOW, -999]);
  });

  it.each([
    ['status', { minerId: '', status: 'normal', by: 'one' }],
    ['status', { minerId: 'm'.repeat(257), status: 'normal', by: 'one' }],
    ['status', { minerId: 'm1', status: 7, by: 'one' }],
    ['status', { minerId: 'm1', status: 'normal' }],
    ['status', { minerId: 'm1', status: 'offline', reason: {}, by: 'one' }],
    ['config', { minerId: ['m1'], change: 'pause', by: 'one' }],
    ['config', { minerId: 'm1', by: 'one' }],
    ['invalidated', { scopes: [] }],
    ['gap', { lost: 0 }],
    ['gap', { lost: '5' }],
    ['gap', { lost: 1e300 }],
    ['fill', { minerId: 'm1' }],
    ['', {}],
  ])('is nothing for %s %j', (kind, fields) => {
    expect(read(kind, fields)).toBeUndefined();
  });

  it('never throws, and gives nothing that is long', () => {
    const kind = fc.constantFrom('status', 'config', 'invalidated', 'gap', 'fill', '');
    const value = fc.oneof(fc.string({ maxLength: 600 }), fc.json(), fc.constant(null), fc.integer());
    const fields = fc.record(
      { minerId: value, status: value, change: value, reason: value, by: value, cause: value, lost: value },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fields.map((each) => JSON.stringify(each)),
    );
    const id = fc.oneof(fc.string(), fc.constant('7-0'));
    fc.assert(
      fc.property(id, kind, text, (...[anId, aKind, aText]) => {
        const event = reader.read({ id: anId, kind: aKind, text: aText });
        expect(event?.text.length ?? 0).toBeLessThanOrEqual(500);
        expect(event?.minerId?.length ?? 0).toBeLessThanOrEqual(256);
      }),
    );
  });
});
