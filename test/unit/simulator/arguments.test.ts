import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseArguments } from '../../../src/simulator/arguments';

function refusalOf(...args: string[]): string {
  try {
    parseArguments(args);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error(`${args.join(' ')} was expected to be refused.`);
}

describe('parseArguments', () => {
  it('needs no more than the number of miners', () => {
    expect(parseArguments(['--miners', '5'])).toMatchObject({ miners: 5, port: 50_051, faults: [], login: undefined });
  });

  it('reads all that there is', () => {
    const args =
      '--miners=20 --host 127.20.0.0 --port 0 --seed 7 --tenants 4 --faults offline=5%,flap=10%:2m ' +
      '--inventory fleet.json --username root --password pw --token-timeout 2 --control 0';
    expect(parseArguments(args.split(' '))).toEqual({
      miners: 20,
      host: '127.20.0.0',
      port: 0,
      seed: 7,
      tenants: 4,
      faults: [
        { kind: 'offline', percent: 5, durationMs: 0 },
        { kind: 'flap', percent: 10, durationMs: 120_000 },
      ],
      inventory: 'fleet.json',
      login: { username: 'root', password: 'pw' },
      tokenTimeoutS: 2,
      control: 0,
    });
  });

  it('takes the login from the environment, unless the command line names one', () => {
    const environment = { username: 'env', password: 'secret' };

    expect(parseArguments(['--miners', '1'], environment).login).toEqual(environment);
    expect(parseArguments(['--miners', '1', '--username', 'root'], environment).login).toEqual({
      username: 'root',
      password: 'secret',
    });
  });

  it.each([
    [[], '--miners is missing'],
    [['--miners', '0'], '--miners "0"'],
    [['--miners', 'many'], '--miners "many"'],
    [['--miners', '2.5'], '--miners "2.5"'],
    [['--miners', '1', '--port', '65536'], '--port "65536"'],
    [['--miners', '1', '--seed=-1'], '--seed "-1"'],
    [['--miners', '1', '--tenants', '0'], '--tenants "0"'],
    [['--miners', '1', '--token-timeout', '0'], '--token-timeout "0"'],
    [['--miners', '1', '--control', '127.0.0.1:1'], '--control "127.0.0.1:1"'],
    [['--miners', '1', '--nonsense'], '--nonsense'],
    [['--miners', '1', 'stray'], 'stray'],
    [['--miners'], '--miners'],
    [['--miners', '1', '--username', 'root'], '--username needs --password'],
    [['--miners', '1', '--password', 'pw'], '--password needs --username'],
    [['--miners', '1', '--faults', 'fire=5%'], '"fire"'],
  ])('refuses %j in one line that names it', (args, named) => {
    expect(refusalOf(...args)).toContain(named);
  });
});
