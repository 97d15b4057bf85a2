import { describe, expect, it } from 'vitest';
import { consequencesOf } from '../../../src/host/consequences';

describe('consequencesOf', () => {
  it.each([
    [{ type: 'pause' }, 'They earn nothing meanwhile.'],
    [{ type: 'reboot' }, 'They earn nothing meanwhile.'],
    [{ type: 'hashboards', ids: ['1'], on: false }, 'These hashboards earn nothing until they are switched on again.'],
    [{ type: 'cooling', mode: { mode: 'manual' } }, 'Their fans do not follow the temperature any more.'],
    [
      { type: 'cooling', mode: { mode: 'immersion' } },
      'Their fans stand still: that is for machines that are cooled by a liquid.',
    ],
  ] as const)('%j: %s', (change, consequence) => {
    expect(consequencesOf(change)).toEqual([consequence]);
  });

  it.each([
    { type: 'resume' },
    { type: 'locate', on: true },
    { type: 'hashboards', ids: ['1'], on: true },
    { type: 'cooling', mode: { mode: 'auto' } },
  ] as const)('%j: none', (change) => {
    expect(consequencesOf(change)).toEqual([]);
  });

  it('names the pools that miners will work for, without any password', () => {
    const pools = [
      { url: 'stratum+tcp://somebody:secret@pool.example:3333', user: 'account.a', password: 'hidden' },
      { url: 'stratum2+tcp://other.example:3336/key', user: 'account.b' },
    ];
    const text = consequencesOf({ type: 'pool-groups', groups: [{ name: 'default', pools }] }).join(' ');
    expect(text).toContain('All pools that they have now are replaced');
    expect(text).toContain('pool.example:3333 as account.a, then other.example:3336 as account.b.');
    expect(text).not.toMatch(/secret|hidden/);
  });
});
