import { join } from 'node:path';
import { VsCodeServer } from '../test/vscode/harness/vscodeServer';
import { CHECKOUT, VSIX } from './checkout';
import { DEMO_USAGE, type DemoArguments, parseDemoArguments } from './demo/arguments';
import { findDesktopCode, openDesktopCode } from './demo/desktop';
import { FleetWorkspace } from './fleet/fleetWorkspace';
import { watchAncestors } from './processes/ancestors.mjs';
import { ensurePackage } from './setup/extensionPackage';
import { tryLock } from './setup/lock.mjs';
import { isPortFree } from './setup/ports';
import { withProgress } from './setup/progress';
import { ensureSystemPrograms } from './setup/systemPackages';
import { installVsCodeServer } from './setup/vscodeServer';

/** A VS Code of either kind. */
interface RunningCode {
  readonly where: string;
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

const USUAL_PORT = 8377;
const TENANTS = 4;
const MOST_DEMOS = 20;

/** Why the demo stops. */
interface Ending {
  readonly reason: string;
  readonly exitCode: number;
}

type Stops = (() => Promise<void>)[];

/** Runs the demo until Ctrl-C, or until whoever started it has ended. */
export async function main(args: readonly string[], ancestors: readonly number[]): Promise<number> {
  const wanted = parseDemoArguments(args);
  if (wanted.help) {
    console.log(DEMO_USAGE);
    return 0;
  }
  // Whoever read the output may be gone when there is still something to stop.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const stops: Stops = [];
  try {
    const { reason, exitCode } = await Promise.race([stopRequest(ancestors), runUntilEnd(wanted, stops)]);
    console.log(`\nStopping: ${reason}`);
    return exitCode;
  } finally {
    for (const stop of stops.reverse()) {
      await stop();
    }
    console.log('Stopped.');
  }
}

/** Resolves when somebody wants the demo to end. A second Ctrl-C does not wait until everything has stopped. */
function stopRequest(ancestors: readonly number[]): Promise<Ending> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      let asked = false;
      process.on(signal, () => {
        if (asked) {
          process.exit(1);
        }
        asked = true;
        resolve({ reason: signal === 'SIGINT' ? 'Ctrl-C' : signal, exitCode: 0 });
      });
    }
    watchAncestors(ancestors, () => resolve({ reason: 'the process that started the demo has ended', exitCode: 0 }));
  });
}

/** Starts everything, noting how to stop it, and resolves when a part of it has ended on its own. */
async function runUntilEnd(wanted: DemoArguments, stops: Stops): Promise<Ending> {
  const desktopCode = wanted.desktop ? findDesktopCode() : undefined;
  await ensureSystemPrograms(['redis']);
  if (desktopCode === undefined) {
    await installVsCodeServer();
  }
  await ensurePackage();
  const directory = await claimDirectory(stops);
  const faults = wanted.faults === undefined ? {} : { faults: wanted.faults };
  const workspace = await withProgress(`Starting Redis and ${wanted.miners} simulated miners`, () =>
    FleetWorkspace.start({ directory, miners: wanted.miners, tenants: TENANTS, ...faults }),
  );
  stops.push(() => workspace.stop());
  const code =
    desktopCode === undefined
      ? await startServer(directory, workspace, wanted.port)
      : await startDesktop(desktopCode, directory, workspace);
  stops.push(() => code.stop());
  console.log(`\nFleet Cache is ready: ${code.where}\nCtrl-C stops it.`);
  return await Promise.race([
    code.exited.then((exitCode) => ({ reason: 'VS Code was closed', exitCode })),
    workspace.simulator.exited.then(() => ({ reason: 'the simulated fleet has ended', exitCode: 1 })),
  ]);
}

/** The demo's folder, kept between runs; another one while a first demo of this checkout runs. */
async function claimDirectory(stops: Stops): Promise<string> {
  for (let number = 1; number <= MOST_DEMOS; number++) {
    const directory = join(CHECKOUT, '.demo', ...(number === 1 ? [] : [`parallel-${number}`]));
    const release = await tryLock(join(directory, 'running.lock'));
    if (release !== undefined) {
      stops.push(release);
      return directory;
    }
  }
  throw new Error(`${MOST_DEMOS} demos of this checkout are running already`);
}

async function startServer(directory: string, workspace: FleetWorkspace, port?: number): Promise<RunningCode> {
  const server = await withProgress('Starting VS Code', async () =>
    VsCodeServer.start({
      folder: workspace.folder,
      extensions: [VSIX],
      env: workspace.environment,
      // Tests keep lists open that lose the keyboard; a person's close as usual.
      settings: { 'workbench.quickOpen.closeOnFocusLost': true },
      port: port ?? ((await isPortFree(USUAL_PORT)) ? USUAL_PORT : 0),
      userDataDir: join(directory, 'user-data'),
    }),
  );
  return { where: server.url, exited: server.exited, stop: () => server.stop() };
}

async function startDesktop(code: string, directory: string, workspace: FleetWorkspace): Promise<RunningCode> {
  const window = await openDesktopCode(code, { folder: workspace.folder, directory, env: workspace.environment });
  return {
    where: `in the VS Code window with the folder ${workspace.folder}`,
    exited: window.exited,
    stop: () => window.stop(),
  };
}
