import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseServerArguments } from '../../../src/mcp/serverArguments';

describe('parseServerArguments', () => {
  it('reads the command line', () => {
    expect(parseServerArguments(['--stdio', '--inventory', 'fleet.json'])).toEqual({
      inventory: 'fleet.json',
      redisUrl: 'redis://127.0.0.1:6379',
      transport: { type: 'stdio' },
      watch: false,
      readWrite: false,
    });
    expect(parseServerArguments(['--stdio', '--watch', '--inventory', 'fleet.json']).watch).toBe(true);
    expect(parseServerArguments(['--stdio', '--read-write', '--inventory', 'f']).readWrite).toBe(true);
    expect(parseServerArguments(['--inventory=f', '--redis', 'redis://h:1', '--stdio']).redisUrl).toBe('redis://h:1');
  });

  it.each([
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['localhost:7070', '127.0.0.1', 7070],
    ['127.1.2.3:7070', '127.1.2.3', 7070],
    ['[::1]:7070', '::1', 7070],
  ])('listens at %s', (address, host, port) => {
    const { transport } = parseServerArguments(['--inventory', 'f', '--http', address]);
    expect(transport).toEqual({ type: 'http', host, port });
  });

  it.each([
    [['--stdio'], '--inventory FILE is missing'],
    [['--inventory', 'f'], 'Neither --stdio nor --http is given'],
    [['--inventory', 'f', '--stdio', '--http', '127.0.0.1:1'], 'Both --stdio and --http are given'],
    [['--inventory', 'f', '--http', '127.0.0.1'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', '127.0.0.1:70000'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', '0.0.0.0:7070'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', '192.168.1.2:7070'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', '[::]:7070'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', 'example.com:7070'], 'no address of this machine alone'],
    [['--inventory', 'f', '--http', '127.0.0.1.example.com:7070'], 'no address of this machine alone'],
    [['--stdio', '--inventory', 'f', '--bogus'], "Unknown option '--bogus'"],
    [['--stdio', '--inventory'], '--inventory'],
  ])('explains what is wrong with %j, and how it is used', (args, message) => {
    expect(() => parseServerArguments(args)).toThrow(ConfigurationError);
    expect(() => parseServerArguments(args)).toThrow(message);
    expect(() => parseServerArguments(args)).toThrow('Usage: node dist/server.js');
  });
});
