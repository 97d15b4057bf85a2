import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../../src/fleet/inventoryParser';

/** What is wrong, as `line: message`, counted from 1. */
function problems(text: string): string[] {
  return parseInventory(text).problems.map(({ start, message }) => `${start.line + 1}: ${message}`);
}

function inventory(...miners: string[]): string {
  return `{"miners": [\n${miners.join(',\n')}\n]}`;
}

describe('parseInventory', () => {
  it('fills in the defaults, its own and the built-in ones', () => {
    const text = `{
      "defaults": {"port": 4028, "credentials": "farm"},
      "miners": [
        {"id": "a", "host": "10.0.0.1"},
        {"id": "b", "host": "[fe80::1]", "port": 50051, "tenant": "north", "tags": ["s19"], "tls": true, "credentials": "x"}
      ]
    }`;
    const { miners } = parseInventory(text);
    expect(problems(text)).toEqual([]);
    expect(miners).toEqual([
      { id: 'a', host: '10.0.0.1', port: 4028, tenant: 'global', tags: [], tls: false, credentials: 'farm' },
      { id: 'b', host: 'fe80::1', port: 50051, tenant: 'north', tags: ['s19'], tls: true, credentials: 'x' },
    ]);
    expect(parseInventory('{"miners": [{"id": "a", "host": "h"}]}').miners[0]?.port).toBe(50051);
  });

  it('reports a duplicate id with both lines, and keeps the first', () => {
    const text = inventory('{"id": "a", "host": "h1"}', '{"id": "b", "host": "h2"}', '{"id": "a", "host": "h3"}');
    expect(problems(text)).toEqual(['4: The id "a" is taken by the miner in line 2. Give this one another id.']);
    expect(parseInventory(text).miners.map(({ host }) => host)).toEqual(['h1', 'h2']);
  });

  it.each([
    ['{"id": "a", "host": "h", "port": 99999}', 'The port 99999 is not a TCP port. Write a number from 1 to 65535.'],
    ['{"id": "a", "host": "h", "port": "80"}', 'The port "80" is not a TCP port. Write a number from 1 to 65535.'],
    ['{"id": "a", "host": "h", "port": 1.5}', 'The port 1.5 is not a TCP port. Write a number from 1 to 65535.'],
    ['{"host": "h"}', 'This miner has no "id". Add one.'],
    ['{"id": "a"}', 'This miner has no "host". Add one.'],
    ['{"id": "", "host": "h"}', '"id" has to be text of 1 to 200 characters, in quotes.'],
    ['{"id": 7, "host": "h"}', '"id" has to be text of 1 to 200 characters, in quotes.'],
    [
      '{"id": "a", "host": "10.0.0.1:50051"}',
      'The host "10.0.0.1:50051" contains a port. Write "host": "10.0.0.1", "port": 50051.',
    ],
    [
      '{"id": "a", "host": "http://x"}',
      '"http://x" is neither a host name nor an IP address. Write one such as "192.168.1.10".',
    ],
    ['{"id": "a", "host": "h", "tls": "yes"}', '"tls" has to be true or false, without quotes.'],
    ['{"id": "a", "host": "h", "tags": "s19"}', '"tags" has to be a list of texts such as ["s19", "rack-3"].'],
    ['"a"', 'A miner has to be an object such as {"id": "m1", "host": "192.168.1.10"}.'],
  ])('leaves out %s alone, and says what to write', (wrong, message) => {
    const text = inventory('{"id": "first", "host": "h"}', wrong, '{"id": "last", "host": "h"}');
    expect(problems(text)).toEqual([`3: ${message}`]);
    expect(parseInventory(text).miners.map(({ id }) => id)).toEqual(['first', 'last']);
  });

  it.each(['a\\nb', '\\ud800', '.', '..'])('refuses the id "%s", which cannot be shown or addressed', (id) => {
    expect(problems(inventory(`{"id": "${id}", "host": "h"}`))[0]).toContain('cannot be shown or addressed');
  });

  it('reads a file that begins with a byte order mark', () => {
    expect(problems('\uFEFF{"miners": []}')).toEqual([]);
  });

  it('explains a file that is nested too deeply to be parsed', () => {
    expect(problems('['.repeat(400_000))[0]).toContain('cannot be parsed');
  });

  it('warns of an unknown field where it stands, and uses the rest of the entry', () => {
    const { miners, problems: found } = parseInventory(inventory('{"id": "a", "host": "h", "prot": 1}'));
    expect(miners).toHaveLength(1);
    expect(found).toMatchObject([
      { severity: 'warning', start: { line: 1, column: 25 }, end: { line: 1, column: 31 } },
    ]);
    expect(found[0]?.message).toContain('Fields here are: id, host, port, tenant, tags, tls, credentials.');
  });

  it('says where logins belong instead', () => {
    const { problems: found } = parseInventory(inventory('{"id": "a", "host": "h", "password": "secret"}'));
    expect(found[0]?.message).toContain('Logins do not belong in this file');
    expect(found[0]?.message).not.toContain('secret');
  });

  it('uses what can be read of a file that is not JSON from somewhere on', () => {
    const text = '{"miners": [\n{"id": "a", "host": "h"},\n{"id": "b" "host": "h"}\n]';
    const { miners } = parseInventory(text);
    expect(miners[0]?.id).toBe('a');
    expect(problems(text)[0]).toMatch(/^3: This is not JSON from here on/);
  });

  it.each([
    ['', '1: The file is empty.'],
    ['[]', '1: The inventory has to be an object'],
    ['{}', '1: There is no "miners".'],
    ['{"miners": {}}', '1: "miners" has to be a list'],
    ['{"miners": [], "defaults": 3}', '1: "defaults" has to be an object'],
    ['// comment\n{"miners": []}', '1: This is not JSON from here on'],
  ])('explains %j', (text, start) => {
    expect(problems(text)[0]?.startsWith(start)).toBe(true);
  });

  it('reads the same from a file without a problem as from one with a problem, whose parts have positions', () => {
    const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
    const anyMiner = fc.record(
      {
        id: fc.oneof(fc.string({ minLength: 1 }), oneOf('a', '__proto__')),
        host: oneOf('h', '[fe80::1]', '10.0.0.1', 'constructor'),
        port: oneOf(1, 4028, 1e3),
        tenant: oneOf('north', ' south '),
        tags: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
        tls: fc.boolean(),
        credentials: oneOf('x', 'default'),
      },
      { requiredKeys: ['id', 'host'] },
    );
    const defaults = fc.record({ port: oneOf(7, 8), tls: fc.boolean() }, { requiredKeys: [] });
    fc.assert(
      fc.property(defaults, fc.array(anyMiner), fc.nat(4), (theirs, miners, indent) => {
        const clean = JSON.stringify({ defaults: theirs, miners }, undefined, indent);
        const warned = clean.replace('{', '{"other": {"a": [[[[[[1]]]]]]},');
        expect(parseInventory(clean).miners).toEqual(parseInventory(warned).miners);
      }),
    );
    const twice = '{"miners": [{"id": "a", "id": "b", "host": "h"}]}';
    expect(parseInventory(twice)).toEqual({ miners: [expect.objectContaining({ id: 'b' })], problems: [] });
  });

  it('never throws, keeps ids unique, and lists a bounded number of problems, whatever the text', () => {
    const anyMiner = fc.record(
      {
        id: fc.oneof(fc.constantFrom('a', 'b'), fc.anything()),
        host: fc.oneof(fc.constantFrom('h'), fc.anything()),
        port: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const anyText = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(anyMiner, { maxLength: 150 }).map((miners) => JSON.stringify({ miners })),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { miners, problems: found } = parseInventory(text);
        expect(new Set(miners.map(({ id }) => id)).size).toBe(miners.length);
        expect(found.length).toBeLessThanOrEqual(100);
        for (const { port } of miners) {
          expect(port).toBeGreaterThan(0);
        }
      }),
    );
  });
});
