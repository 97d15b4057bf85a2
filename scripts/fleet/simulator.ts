import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../../src/base/errors';
import {
  type SimulatorProcess,
  type SimulatorProcessOptions,
  startSimulatorProcess,
} from '../../src/simulator/simulatorProcess';
import { CHECKOUT } from '../checkout';

/** What a simulated fleet is started with. */
export interface SimulatorOptions extends Omit<SimulatorProcessOptions, 'script' | 'host'> {
  /** The first network of loopback addresses to try, as their second number. Default: 10. */
  readonly firstNetwork?: number;
}

const SCRIPT = join(CHECKOUT, 'dist', 'simulate.js');
const FIRST_NETWORK = 10;
const NETWORKS_TO_TRY = 40;

/** Starts a fleet on the first loopback network where no other fleet uses the port. */
export async function startSimulator({ firstNetwork, ...options }: SimulatorOptions): Promise<SimulatorProcess> {
  if (!existsSync(SCRIPT)) {
    throw new Error('dist/simulate.js is missing: run "npm run build" first');
  }
  const first = firstNetwork ?? FIRST_NETWORK;
  for (let network = first; ; network++) {
    try {
      return await startSimulatorProcess({ ...options, script: SCRIPT, host: `127.${network}.0.0` });
    } catch (error) {
      if (!describeError(error).includes('EADDRINUSE') || network === first + NETWORKS_TO_TRY) {
        throw error;
      }
    }
  }
}
