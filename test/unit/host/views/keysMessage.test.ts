import { describe, expect, it } from 'vitest';
import { keysMessage } from '../../../../src/host/views/keysMessage';

const PROGRESS = { listed: 12_400, scanned: 12_500, total: 1_000_000 };

describe('keysMessage', () => {
  it('says how far the listing is', () => {
    expect(keysMessage({ type: 'running', progress: PROGRESS, isAgain: false }, '', [])).toBe(
      '12,400 of 1,000,000 keys listed …',
    );
    expect(keysMessage({ type: 'running', progress: undefined, isAgain: false }, '', [])).toBe('No keys listed yet …');
    expect(keysMessage({ type: 'cancelled', progress: PROGRESS }, '', [])).toBe(
      '12,400 of 1,000,000 keys listed. Resume to list the rest.',
    );
    expect(keysMessage({ type: 'running', progress: { ...PROGRESS, listed: 3 }, isAgain: false }, 'hash', [])).toBe(
      'Only hash. 3 found in 12,500 of 1,000,000 keys …',
    );
    expect(keysMessage({ type: 'idle' }, 'hash', [])).toBe('Only hash.');
    expect(keysMessage({ type: 'idle' }, '', [])).toBe('');
  });

  it('says how far it is in listing again what is listed', () => {
    expect(keysMessage({ type: 'running', progress: PROGRESS, isAgain: true }, '', [])).toBe(
      'Listing again: 12,500 of 1,000,000 keys …',
    );
    expect(keysMessage({ type: 'running', progress: undefined, isAgain: true }, '', [])).toBe('Listing again …');
  });

  it('says no total that the login may not ask for', () => {
    const progress = { ...PROGRESS, total: undefined };
    expect(keysMessage({ type: 'running', progress, isAgain: false }, '', [])).toBe('12,400 keys listed …');
    expect(keysMessage({ type: 'running', progress, isAgain: false }, 'hash', [])).toBe('Only hash. 12,400 found …');
  });

  it('says why nothing is listed, and which facts are missing', () => {
    expect(keysMessage({ type: 'failed', reason: 'Redis is away.' }, '', [])).toBe(
      'The keys cannot be listed. Redis is away.',
    );
    expect(keysMessage({ type: 'idle' }, '', ['TYPE', 'MEMORY USAGE'])).toBe(
      'Some facts are missing: the login may not use MEMORY USAGE, TYPE.',
    );
  });
});
