import { parseArgs } from 'node:util';
import { ConfigurationError, describeError } from '../base/errors';
import type { Credentials } from '../fleet/credentials';
import { USUAL_PORT } from './addresses';
import { type FaultShare, parseFaults } from './faults';

export interface SimulatorArguments {
  readonly miners: number;
  readonly host: string | undefined;
  readonly port: number;
  readonly seed: number | undefined;
  readonly tenants: number | undefined;
  readonly faults: readonly FaultShare[];
  /** File to write the inventory to. */
  readonly inventory: string | undefined;
  readonly login: Credentials | undefined;
  readonly tokenTimeoutS: number | undefined;
  /** Loopback port of the control service, 0 for a free one; `undefined`: there is none. */
  readonly control: number | undefined;
}

export const USAGE =
  'node dist/simulate.js --miners N [--host 127.10.0.0] [--port 50051] [--seed S] [--tenants T] [--faults SPEC] ' +
  '[--inventory FILE] [--username U --password P] [--token-timeout S] [--control PORT]';

const MAX_MINERS = 50_000;
const MAX_UINT32 = 0xffff_ffff;

/**
 * Reads the command line.
 *
 * @param environment login that the environment names; the command line has precedence over it
 * @throws {ConfigurationError} that names the argument, what is wrong with it, and what to write instead.
 */
export function parseArguments(args: readonly string[], environment?: Credentials): SimulatorArguments {
  const values = readValues(args);
  if (values.miners === undefined) {
    throw new ConfigurationError(`--miners is missing. Usage: ${USAGE}`);
  }
  return {
    miners: wholeNumber('--miners', values.miners, 1, MAX_MINERS),
    host: values.host,
    port: values.port === undefined ? USUAL_PORT : wholeNumber('--port', values.port, 0, 65_535),
    seed: optionalNumber('--seed', values.seed, 0, MAX_UINT32),
    tenants: optionalNumber('--tenants', values.tenants, 1, MAX_MINERS),
    faults: values.faults === undefined ? [] : parseFaults(values.faults),
    inventory: values.inventory,
    login: readLogin(values.username, values.password, environment),
    tokenTimeoutS: optionalNumber('--token-timeout', values['token-timeout'], 1, MAX_UINT32),
    control: optionalNumber('--control', values.control, 0, 65_535),
  };
}

function readValues(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        miners: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        seed: { type: 'string' },
        tenants: { type: 'string' },
        faults: { type: 'string' },
        inventory: { type: 'string' },
        username: { type: 'string' },
        password: { type: 'string' },
        'token-timeout': { type: 'string' },
        control: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    const [reason] = describeError(error).split('\n');
    throw new ConfigurationError(`${reason} Usage: ${USAGE}`, { cause: error });
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new ConfigurationError(`${name} "${text}" is not usable. Write a whole number from ${least} to ${most}.`);
  }
  return value;
}

function optionalNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  return text === undefined ? undefined : wholeNumber(name, text, least, most);
}

function readLogin(
  username: string | undefined,
  password: string | undefined,
  environment: Credentials | undefined,
): Credentials | undefined {
  const name = username ?? environment?.username;
  const secret = password ?? environment?.password;
  if (name === undefined && secret === undefined) {
    return undefined;
  }
  if (name === undefined || name === '') {
    throw new ConfigurationError('--password needs --username, or FLEET_CACHE_MINER_USERNAME in the environment.');
  }
  if (secret === undefined) {
    throw new ConfigurationError('--username needs --password, or FLEET_CACHE_MINER_PASSWORD in the environment.');
  }
  return { username: name, password: secret };
}
