import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseServerArguments } from '../../../src/mcp/serverArguments';

describe('parseServerArguments', () => {
  it('reads the command line', () => {
    expect(parseServerArguments(['--stdio', '--inventory', 'fleet.json'])).toEqual({
      inventory: 'fleet.json',
      redisUrl: 'redis://127.0.0.1:6379',
      watch: false,
    });
    expect(parseServerArguments(['--stdio', '--watch', '--inventory', 'fleet.json']).watch).toBe(true);
    expect(parseServerArguments(['--inventory=f', '--redis', 'redis://h:1', '--stdio']).redisUrl).toBe('redis://h:1');
  });

  it.each([
    [['--stdio'], '--inventory FILE is missing'],
    [['--inventory', 'f'], '--stdio is missing'],
    [['--stdio', '--inventory', 'f', '--bogus'], "Unknown option '--bogus'"],
    [['--stdio', '--inventory'], '--inventory'],
  ])('explains what is wrong with %j, and how it is used', (args, message) => {
    expect(() => parseServerArguments(args)).toThrow(ConfigurationError);
    expect(() => parseServerArguments(args)).toThrow(message);
    expect(() => parseServerArguments(args)).toThrow('Usage: node dist/server.js');
  });
});
