import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPageMessage } from '../../../../src/host/dashboard/pageMessages';

describe('a message of a page', () => {
  it.each([
    { type: 'ready' },
    { type: 'request', id: 0, request: { kind: 'openPanel' } },
    { type: 'request', id: 1, request: { kind: 'revealMiner', minerId: 'rack 1/<b>' } },
    { type: 'request', id: 2, request: { kind: 'runCommand', command: 'showLog' } },
  ])('is taken as it is: %o', (message) => {
    expect(readPageMessage(message)).toEqual(message);
  });

  it.each([
    ['another command', { kind: 'runCommand', command: 'workbench.action.terminal.new' }],
    ['a command with arguments', { kind: 'runCommand', command: 'warm', args: ['x'] }],
    ['another kind', { kind: 'eval', code: '1' }],
    ['no miner', { kind: 'revealMiner' }],
    ['an empty id', { kind: 'revealMiner', minerId: '' }],
    ['an id without end', { kind: 'revealMiner', minerId: 'm'.repeat(5_000) }],
    ['an id that is none', { kind: 'revealMiner', minerId: { toString: 'm1' } }],
    ['no request', null],
  ])('is refused with the reason, and without what it said: %s', (_, request) => {
    const read = readPageMessage({ type: 'request', id: 3, request });
    expect(read).toMatchObject({ type: 'misunderstood', id: 3, reason: expect.stringContaining('not understood') });
    expect(JSON.stringify(read)).not.toMatch(/workbench|eval|mmm/);
  });

  it.each([
    undefined,
    null,
    'ready',
    [],
    { type: 'update' },
    { type: 'ready', more: 1 },
    { type: 'request', id: -1, request: { kind: 'openPanel' } },
    { type: 'request', id: 1.5, request: { kind: 'openPanel' } },
    { type: 'request', request: { kind: 'openPanel' } },
  ])('is passed over when it cannot even be answered: %o', (message) => {
    expect(readPageMessage(message)).toBeUndefined();
  });

  it('never makes the host fail', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (message, request) => {
        readPageMessage(message);
        readPageMessage({ type: 'request', id: 1, request });
      }),
    );
  });
});
