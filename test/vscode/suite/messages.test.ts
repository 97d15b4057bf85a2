import assert from 'node:assert/strict';
import { plainText } from '../../../src/host/messages';

describe('messages', () => {
  it('make no buttons of what servers and files say', () => {
    const hostile = 'ERR [Fix it](command:workbench.action.terminal.new)';
    assert.doesNotMatch(plainText(hostile), /\]\(/);
    assert.equal(plainText('Warmed [a] (b).'), 'Warmed [a] (b).');
  });
});
