import { describe, expect, it } from 'vitest';
import {
  activeConnection,
  allConnections,
  nameProblem,
  parseConnections,
  type SavedConnection,
  splitPassword,
  suggestedName,
} from '../../../../src/host/connections/savedConnections';

const DEFAULT_URL = 'redis://127.0.0.1:6379';

function saved(name: string, url: string, more: Partial<SavedConnection> = {}): SavedConnection {
  return { name, url, environment: undefined, readOnly: undefined, ...more };
}

describe('parseConnections', () => {
  it('reads what a person wrote', () => {
    const plant = { name: 'plant', url: 'rediss://app@redis.example:6380', environment: 'production', readOnly: false };
    expect(parseConnections([plant, { name: 'desk', url: DEFAULT_URL }])).toEqual({
      connections: [plant, saved('desk', DEFAULT_URL)],
      problems: [],
    });
    expect(parseConnections(undefined)).toEqual({ connections: [], problems: [] });
  });

  it.each([
    ['x', 'is no list'],
    [[7], 'entry 1 is no object'],
    [[[]], 'entry 1 is no object'],
    [[{ url: DEFAULT_URL }], 'entry 1 has no "name"'],
    [[{ name: 'a' }], 'entry 1 has no "url"'],
    [[{ name: 'a', url: DEFAULT_URL, environment: 'prod' }], 'entry 1 has an "environment" that is not known'],
    [[{ name: 'a', url: DEFAULT_URL, readOnly: 'no' }], 'entry 1 has a "readOnly" that is neither'],
    [[{ name: 'a', url: DEFAULT_URL, password: 'hunter2' }], 'entry 1 has a field that is not known'],
    [[{ name: 'a', url: 'redis://app:hunter2@host' }], 'entry 1 has a "url" with a password'],
    [[{ name: ' a', url: DEFAULT_URL }], 'entry 1 has a "name" that cannot be used'],
  ])('tells what cannot be used, and no secret: %j', (value, problem) => {
    const { connections, problems } = parseConnections(value);
    expect(connections).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('keeps the first of a name, and at most a hundred', () => {
    const twice = [
      { name: 'a', url: 'redis://one' },
      { name: 'a', url: 'redis://two' },
    ];
    expect(parseConnections(twice).connections.map(({ url }) => url)).toEqual(['redis://one']);
    const many = Array.from({ length: 101 }, (_, index) => ({ name: `c${index}`, url: DEFAULT_URL }));
    const { connections, problems } = parseConnections(many);
    expect(connections).toHaveLength(100);
    expect(problems).toEqual([expect.stringContaining('more than 100 entries')]);
  });
});

describe('nameProblem', () => {
  it.each(['', ' ', 'a\nb', 'a\u202eb', 'a\u200bb', 'x'.repeat(61), 'default', 'taken'])('refuses %j', (name) => {
    expect(nameProblem(name, [saved('taken', DEFAULT_URL)])).toEqual(expect.any(String));
  });

  it.each(['plant', '生产', '[x](command:y)', '$(trash)', '<b>', '__proto__', 'constructor'])('takes %j', (name) => {
    expect(nameProblem(name, [])).toBeUndefined();
  });
});

describe('the connections to choose from', () => {
  const plant = saved('plant', 'redis://10.0.0.1');

  it('begin with that of the setting, which is active while none is chosen or the chosen one is gone', () => {
    const all = allConnections([plant], DEFAULT_URL);
    expect(all.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['default', true],
      ['plant', false],
    ]);
    expect(activeConnection(all, undefined, DEFAULT_URL)?.name).toBe('default');
    expect(activeConnection(all, 'gone', DEFAULT_URL)?.name).toBe('default');
    expect(activeConnection(all, 'plant', DEFAULT_URL)?.name).toBe('plant');
  });

  it('have one that describes the Redis of the setting in its place', () => {
    const desk = saved('desk', DEFAULT_URL, { environment: 'development' });
    const all = allConnections([plant, desk], DEFAULT_URL);
    expect(all.map(({ name }) => name)).toEqual(['plant', 'desk']);
    expect(activeConnection(all, undefined, DEFAULT_URL)?.name).toBe('desk');
  });
});

describe('splitPassword', () => {
  it.each([
    ['redis://app:secret@host:6379/2', 'redis://app@host:6379/2', 'secret'],
    ['redis://:secret@host', 'redis://host', 'secret'],
    ['rediss+cluster://app:p%40s%3As@h1:7000,h2:7001', 'rediss+cluster://app@h1:7000,h2:7001', 'p@s:s'],
    ['redis+sentinel://:secret@h1,h2/main', 'redis+sentinel://h1,h2/main', 'secret'],
    ['redis://app:p@ss@host', 'redis://app@host', 'p@ss'],
    ['redis://app:100%@host', 'redis://app@host', '100%'],
    ['redis://app:@host', 'redis://app@host', undefined],
    ['redis://app@host', 'redis://app@host', undefined],
    ['redis://host:6379/0', 'redis://host:6379/0', undefined],
    ['redis://[::1]:6379', 'redis://[::1]:6379', undefined],
    ['not a url', 'not a url', undefined],
  ])('takes the password out of %s', (typed, url, password) => {
    expect(splitPassword(typed)).toEqual({ url, password });
  });
});

describe('suggestedName', () => {
  it('is the address without the user, and new', () => {
    expect(suggestedName('rediss://app@host:6380', [])).toBe('host:6380');
    expect(suggestedName('redis://host', [saved('host:6379', 'x'), saved('host:6379 2', 'x')])).toBe('host:6379 3');
    expect(suggestedName('nothing', [])).toBe('redis');
  });
});
