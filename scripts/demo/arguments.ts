import { parseArgs } from 'node:util';

/** What `npm run demo` was asked for. */
export interface DemoArguments {
  readonly help: boolean;
  readonly desktop: boolean;
  readonly miners: number;
  /** Undefined for a fleet in which nothing goes wrong. */
  readonly faults: string | undefined;
  /** Undefined for the usual one, or a free one if that is taken. */
  readonly port: number | undefined;
}

const MOST_MINERS = 10_000;
const HIGHEST_PORT = 65_535;

export const DEMO_USAGE = `npm run demo -- [options]

Starts a local Redis, a simulated fleet, and VS Code with Fleet Cache on it. Ctrl-C stops all of it.

  --miners N      miners in the fleet, in 4 tenants (200)
  --faults SPEC   what goes wrong in it (offline=5%,slow=2%:3000ms,flap=1%:30s); "none" for nothing
  --port P        port of VS Code on this machine (8377, or a free one if that is taken)
  --desktop       open the VS Code that is installed on this machine instead of one in the browser
  --help          this text`;

/** Reads the command line; throws an error that names the mistake. */
export function parseDemoArguments(args: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      desktop: { type: 'boolean', default: false },
      miners: { type: 'string', default: '200' },
      faults: { type: 'string', default: 'offline=5%,slow=2%:3000ms,flap=1%:30s' },
      port: { type: 'string' },
    },
  });
  return {
    help: values.help,
    desktop: values.desktop,
    miners: wholeNumber('--miners', values.miners, MOST_MINERS),
    faults: values.faults === 'none' ? undefined : values.faults,
    port: values.port === undefined ? undefined : wholeNumber('--port', values.port, HIGHEST_PORT),
  };
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) {
    throw new Error(`${name} "${text}" is not usable: write a whole number from 1 to ${most}`);
  }
  return value;
}
