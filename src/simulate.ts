import { ConfigurationError, describeError } from './base/errors';
import type { Logger } from './base/logger';
import { DEFAULT_CREDENTIALS, environmentCredentials } from './fleet/credentials';
import { parseArguments } from './simulator/arguments';
import { ControlServer } from './simulator/control/controlServer';
import { writeInventory } from './simulator/inventoryFile';
import { SimulatedFleet } from './simulator/simulatedFleet';

const EXIT_FAILED = 1;
const EXIT_BAD_ARGUMENTS = 2;

function writeLog(message: string): void {
  process.stderr.write(`simulate: ${message}\n`);
}

const logger: Logger = { debug() {}, info: writeLog, warn: writeLog, error: writeLog };

/** Resolves when somebody wants the process to end: a signal, or the end of the parent that holds our IPC channel. */
function stopRequest(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.once('disconnect', () => resolve('the end of the parent process'));
  });
}

async function main(): Promise<void> {
  const stopped = stopRequest();
  const environment = await environmentCredentials(process.env).find(DEFAULT_CREDENTIALS);
  const { inventory, control: controlPort, ...options } = parseArguments(process.argv.slice(2), environment);
  const fleet = await SimulatedFleet.start({ ...options, logger });
  let control: ControlServer | undefined;
  try {
    if (controlPort !== undefined) {
      control = await ControlServer.start(fleet, controlPort);
      process.stdout.write(`control ${control.address}\n`);
    }
    if (inventory !== undefined) {
      await writeInventory(fleet, inventory);
    }
    process.stdout.write(`ready ${fleet.miners.length} miners\n`);
    writeLog(`stopping on ${await stopped}`);
  } finally {
    // First, so that nobody brings a miner back that has been stopped.
    await control?.stop();
    await fleet.stop();
  }
}

main().catch((error: unknown) => {
  writeLog(describeError(error));
  // The parent's open channel would keep the process from ending.
  if (process.connected) {
    process.disconnect();
  }
  process.exitCode = error instanceof ConfigurationError ? EXIT_BAD_ARGUMENTS : EXIT_FAILED;
});
