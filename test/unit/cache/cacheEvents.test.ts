import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCacheEvent,
  encodeCacheEvent,
  encodeForHistory,
  type InvalidationEvent,
} from '../../../src/cache/cacheEvents';
import { MAX_EVENT_TEXT } from '../../../src/cache/eventHistory';

const event: InvalidationEvent = { type: 'invalidated', scopes: ['v1:gen:all'], cause: 'command', by: 'i1', at: 5 };

describe('cache events', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), fc.string(), fc.string(), (scopes, cause, by) => {
        const sent = { ...event, scopes, cause, by };
        expect(decodeCacheEvent(encodeCacheEvent(sent))).toEqual(sent);
      }),
    );
  });

  it('name some of the scopes when there are very many', () => {
    const scopes = Array.from({ length: 5_000 }, (_, index) => `v1:gen:miner:${index}`);
    const text = encodeCacheEvent({ ...event, scopes });
    expect(text.length).toBeLessThan(10_000);
    expect(decodeCacheEvent(text)?.scopes).toHaveLength(100);
    // From an instance that does not know the cap.
    expect(decodeCacheEvent(JSON.stringify({ ...event, scopes: scopes.slice(0, 3_000) }))?.scopes).toHaveLength(100);
  });

  it('have room in the history, however many and long their scopes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 }), fc.string(), (lengths, cause) => {
        const scopes = lengths.map((length) => `v1:gen:miner:${'m'.repeat(length)}`);
        const text = encodeForHistory({ ...event, scopes, cause: cause.repeat(100) });
        expect(text.length).toBeLessThanOrEqual(MAX_EVENT_TEXT);
        expect(decodeCacheEvent(text)?.scopes.length).toBeLessThanOrEqual(scopes.length);
      }),
    );
    expect(decodeCacheEvent(encodeForHistory(event))).toEqual(event);
  });

  it('name the patterns of what was removed, as far as there is room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 1_024 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.string({ maxLength: 500 }), { maxLength: 60 }),
        (patterns, scopes) => {
          const sent = { ...event, patterns, scopes };
          expect(decodeCacheEvent(encodeCacheEvent(sent))?.patterns).toEqual(patterns);
          const recorded = encodeForHistory(sent);
          expect(recorded.length).toBeLessThanOrEqual(MAX_EVENT_TEXT);
          expect(decodeCacheEvent(recorded)?.patterns?.every((each) => patterns.includes(each))).toBe(true);
        },
      ),
    );
  });

  it.each([
    '',
    'null',
    '[]',
    '"invalidated"',
    '{"type":"invalidated"}',
    JSON.stringify({ ...event, type: 'other' }),
    JSON.stringify({ ...event, scopes: 'v1:gen:all' }),
    JSON.stringify({ ...event, scopes: [1] }),
    JSON.stringify({ ...event, patterns: 'v1:cache:*' }),
    JSON.stringify({ ...event, patterns: [{}] }),
    JSON.stringify({ ...event, cause: { html: '<script>' } }),
    JSON.stringify({ ...event, by: null }),
    JSON.stringify({ ...event, at: '5' }),
    `${'['.repeat(50_000)}`,
    ' '.repeat(1_000_000),
  ])('takes a text that is no event for none (%#)', (text) => {
    expect(decodeCacheEvent(text)).toBeUndefined();
  });

  it('passes nothing on that is not part of an event, and never throws', () => {
    const hostile = JSON.stringify({ ...event, extra: 1, constructor: { prototype: 1 } });
    expect(decodeCacheEvent(hostile)).toEqual(event);
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => decodeCacheEvent(text) === undefined),
    );
  });
});
